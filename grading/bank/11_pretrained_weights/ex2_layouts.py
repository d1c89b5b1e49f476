"""Answers to ex2_layouts of 11_pretrained_weights, right and wrong; how to read and write them: grading/answers.py."""


# %% correct einops_like: reshape and transpose the arrays themselves
def relayout(w, b, n_heads, source, target):
    known = {"parts": "phd", "heads": "hpd", "numbers": "hdp"}
    if source not in known or target not in known:
        raise ValueError(f"{source!r} or {target!r} is no layout")
    if w.shape[-1] % (3 * n_heads) != 0:
        raise ValueError(f"the last axis has {w.shape[-1]} columns")
    size = {"p": 3, "h": n_heads, "d": w.shape[-1] // 3 // n_heads}

    def move(a):
        if a is None:
            return None
        front = a.shape[:-1]
        split = a.reshape(*front, *(size[letter] for letter in known[source]))
        axes = [len(front) + known[source].index(letter) for letter in known[target]]
        return np.array(split.transpose(*range(len(front)), *axes).reshape(a.shape))

    return move(w), move(b)


# %% correct loops: a list of column numbers, made one by one
def relayout(w, b, n_heads, source, target):
    def place(layout, part, head, number):
        if layout == "parts":
            return (part * n_heads + head) * dim + number
        if layout == "heads":
            return (head * 3 + part) * dim + number
        if layout == "numbers":
            return (head * dim + number) * 3 + part
        raise ValueError(f"unknown layout: {layout}")

    dim, rest = divmod(w.shape[-1], 3 * n_heads)
    if rest:
        raise ValueError(f"{w.shape[-1]} is not a multiple of {3 * n_heads}")
    place(source, 0, 0, 0), place(target, 0, 0, 0)
    order = [None] * w.shape[-1]
    for part in range(3):
        for head in range(n_heads):
            for number in range(dim):
                order[place(target, part, head, number)] = place(source, part, head, number)
    return np.take(w, order, axis=-1), b if b is None else np.take(b, order)


# %% correct through_parts: every way leads over GPT-2's layout
def relayout(w, b, n_heads, source, target):
    for layout in source, target:
        if layout not in ("parts", "heads", "numbers"):
            raise ValueError(f"no such layout: {layout}")
    if w.shape[-1] % (3 * n_heads):
        raise ValueError(f"{w.shape[-1]} columns do not fit")

    def to_parts(a):
        if source == "heads":
            a = a.reshape(*a.shape[:-1], n_heads, 3, -1).swapaxes(-3, -2)
        elif source == "numbers":
            a = np.moveaxis(a.reshape(*a.shape[:-1], n_heads, -1, 3), -1, -3)
        return a.reshape(*a.shape[: len(a.shape) - (1 if source == "parts" else 3)], -1)

    def from_parts(a):
        q, k, v = np.split(a, 3, axis=-1)
        heads = [part.reshape(*part.shape[:-1], n_heads, -1) for part in (q, k, v)]
        if target == "parts":
            return a.copy()
        if target == "heads":
            return np.concatenate(heads, axis=-1).reshape(a.shape)
        return np.stack(heads, axis=-1).reshape(a.shape)

    return from_parts(to_parts(w)), None if b is None else from_parts(to_parts(b))


# %% wrong nothing from reference: nothing moves
#-     return w[..., order], None if b is None else b[order]
#+     return w.copy(), None if b is None else b.copy()


# %% wrong inverse from reference: from the target to the source
#-     return w[..., order], None if b is None else b[order]
#+     order = np.argsort(order)
#+     return w[..., order], None if b is None else b[order]


# %% wrong bias_stays from reference: the bias does not follow
#-     return w[..., order], None if b is None else b[order]
#+     return w[..., order], None if b is None else b.copy()


# %% wrong rows from reference: the rows move, not the columns
#-     return w[..., order], None if b is None else b[order]
#+     if w.ndim > 1 and w.shape[-2] == width:
#+         return w[..., order, :], None if b is None else b[order]
#+     return w[..., np.argsort(order)], None if b is None else b[order]


# %% wrong source_is_parts from reference: the source is taken to be GPT-2's
#-     columns = np.arange(width).reshape([sizes[axis] for axis in axes[source]])
#-     columns = columns.transpose(np.argsort(axes[source]))  # part, head, number
#+     columns = np.arange(width).reshape(sizes)


# %% wrong reshaped from reference: the three axes are named anew instead of transposed
#-     columns = columns.transpose(np.argsort(axes[source]))  # part, head, number
#+     columns = columns.reshape(sizes)


# %% wrong numbers_axes from reference: in the layout numbers, the number comes before the head
#-     axes = {"parts": (0, 1, 2), "heads": (1, 0, 2), "numbers": (1, 2, 0)}  # of part, head, number
#+     axes = {"parts": (0, 1, 2), "heads": (1, 0, 2), "numbers": (2, 1, 0)}  # of part, head, number


# %% wrong argsort_forgotten from reference: the axes are transposed with the table of the source itself
#-     columns = columns.transpose(np.argsort(axes[source]))  # part, head, number
#+     columns = columns.transpose(axes[source])  # part, head, number


# %% wrong keys_first from reference: keys stand before queries
#-     return w[..., order], None if b is None else b[order]
#+     if source != target:
#+         order = order.reshape([sizes[axis] for axis in axes[target]])
#+         order = order.take([1, 0, 2], axis=axes[target].index(0)).ravel()
#+     return w[..., order], None if b is None else b[order]


# %% wrong flat_only from reference: more axes in front are lost
#-     return w[..., order], None if b is None else b[order]
#+     w = w.reshape(-1, width)
#+     return w[:, order], None if b is None else b[order]


# %% wrong float32 from reference: the number format is always float32
#-     return w[..., order], None if b is None else b[order]
#+     return w[..., order].astype(np.float32), None if b is None else b[order].astype(np.float32)


# %% wrong zeros_for_none from reference: a missing bias becomes zeros
#-     return w[..., order], None if b is None else b[order]
#+     return w[..., order], np.zeros(width, w.dtype) if b is None else b[order]


# %% wrong none_fails from reference: a missing bias is an error
#-     return w[..., order], None if b is None else b[order]
#+     return w[..., order], b[order]


# %% wrong same_object from reference: without a change, the arguments themselves come back
#-     width = w.shape[-1]
#+     width = w.shape[-1]
#+     if source == target and width % (3 * n_heads) == 0:
#+         return w, b


# %% wrong in_place from reference: the argument is changed
#-     return w[..., order], None if b is None else b[order]
#+     w[...] = w[..., order]
#+     return w.copy(), None if b is None else b[order]


# %% wrong target_unchecked from reference: an unknown target is a KeyError
#-     for layout in (source, target):
#+     for layout in (source,):


# %% wrong two_heads from reference: a head is always half of the width
#-     sizes = (3, n_heads, width // (3 * n_heads))
#+     sizes = (3, 2, width // 6) if width % 6 == 0 else (3, n_heads, width // (3 * n_heads))
