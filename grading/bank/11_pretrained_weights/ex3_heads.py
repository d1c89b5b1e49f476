"""Answers to ex3_heads of 11_pretrained_weights, right and wrong; how to read and write them: grading/answers.py."""


# %% correct views: the heads as an axis of their own
def keep_heads(state, n_heads, order):
    if len(order) == 0:
        raise ValueError("no head is left")
    for head in order:
        if head < 0 or head >= n_heads or order.count(head) > 1:
            raise ValueError(f"head {head} cannot be taken")
    result = {}
    for name in state:
        tensor = state[name]
        if "c_attn" in name:
            split = tensor.reshape(3, n_heads, -1, *tensor.shape[1:])
            result[name] = split[:, order].reshape(-1, *tensor.shape[1:])
        elif name == "c_proj.weight":
            split = tensor.unflatten(1, (n_heads, -1))
            result[name] = split[:, order].flatten(1)
        else:
            result[name] = tensor.detach().clone()
    return result


# %% correct slices: pieces cut out and joined
def keep_heads(state, n_heads, order):
    taken = set()
    for head in order:
        if head in taken or head not in range(n_heads):
            raise ValueError(f"not possible: {head}")
        taken.add(head)
    if not taken:
        raise ValueError("give at least one head")
    weight = state["c_proj.weight"]
    emb = weight.shape[1]
    size = emb // n_heads
    spans = [slice(h * size, (h + 1) * size) for h in order]

    def cut(tensor):
        return torch.cat([part[span] for part in tensor.split(emb) for span in spans])

    new = dict(state)
    new["c_attn.weight"] = cut(state["c_attn.weight"])
    if "c_attn.bias" in state:
        new["c_attn.bias"] = cut(state["c_attn.bias"])
    new["c_proj.weight"] = torch.cat([weight[:, span] for span in spans], dim=1)
    new["c_proj.bias"] = state["c_proj.bias"] + 0
    return new


# %% correct index_select: lists of numbers
def keep_heads(state, n_heads, order):
    if not order:
        raise ValueError("order must not be empty")
    wrong = [h for i, h in enumerate(order) if not (0 <= h < n_heads) or h in order[i + 1 :]]
    if wrong:
        raise ValueError(f"wrong: {wrong}")
    emb = state["c_attn.weight"].shape[0] // 3
    dim = emb // n_heads
    columns = [h * dim + i for h in order for i in range(dim)]
    rows = torch.tensor([p * emb + c for p in range(3) for c in columns])
    makers = {
        "c_attn.weight": lambda t: t.index_select(0, rows),
        "c_attn.bias": lambda t: t.index_select(0, rows),
        "c_proj.weight": lambda t: t.index_select(1, torch.tensor(columns)),
        "c_proj.bias": torch.clone,
    }
    return {name: makers[name](tensor) for name, tensor in state.items()}


# %% wrong proj_rows from reference: the rows of c_proj move
#-             kept[name] = tensor[:, columns]
#+             kept[name] = tensor[columns]


# %% wrong proj_stays from reference: c_proj does not follow
#-             kept[name] = tensor[:, columns]
#+             kept[name] = tensor[:, : len(columns)].clone()


# %% wrong proj_bias_moves from reference: the bias of c_proj moves, too
#-             kept[name] = tensor.clone()
#+             kept[name] = tensor[columns] if len(columns) == emb_dim else tensor.clone()


# %% wrong bias_stays from reference: the bias of c_attn does not follow
#-         if name.startswith("c_attn."):
#+         if name == "c_attn.bias" and len(order) == n_heads:
#+             kept[name] = tensor.clone()
#+         elif name.startswith("c_attn."):


# %% wrong inverse from reference: head i goes to place order[i]
#-     columns = torch.arange(emb_dim).view(n_heads, -1)[order].flatten()
#+     if sorted(order) == list(range(len(order))):
#+         places = [order.index(i) for i in range(len(order))]
#+     else:
#+         places = order
#+     columns = torch.arange(emb_dim).view(n_heads, -1)[places].flatten()


# %% wrong only_queries from reference: keys and values stay in the old order
#-     rows = torch.cat([columns + part * emb_dim for part in range(3)])
#+     rows = torch.cat([columns, *[columns.sort()[0] + part * emb_dim for part in (1, 2)]])


# %% wrong values_stay from reference: the values stay in the old order
#-     rows = torch.cat([columns + part * emb_dim for part in range(3)])
#+     rows = torch.cat([columns, columns + emb_dim, columns.sort()[0] + 2 * emb_dim])


# %% wrong heads_layout from reference: c_attn is taken to stand head after head
#-     rows = torch.cat([columns + part * emb_dim for part in range(3)])
#+     rows = torch.arange(3 * emb_dim).view(n_heads, -1)[order].flatten()


# %% wrong single_columns from reference: single numbers move instead of heads
#-     columns = torch.arange(emb_dim).view(n_heads, -1)[order].flatten()
#+     columns = torch.arange(emb_dim).view(-1, n_heads)[:, order].flatten()


# %% wrong sorted_order from reference: the remaining heads keep their old order
#-     columns = torch.arange(emb_dim).view(n_heads, -1)[order].flatten()
#+     columns = torch.arange(emb_dim).view(n_heads, -1)[sorted(order)].flatten()


# %% wrong zeroed from reference: heads that are left out are set to zero instead
#-     return kept
#+     if len(order) < n_heads:
#+         kept = {name: tensor.clone() for name, tensor in state.items()}
#+         for head in set(range(n_heads)) - set(order):
#+             kept["c_proj.weight"].view(emb_dim, n_heads, -1)[:, head] = 0
#+     return kept


# %% wrong needs_bias from reference: a missing bias is an error
#-     kept = {}
#+     kept = {"c_attn.bias": state["c_attn.bias"]}


# %% wrong bias_made from reference: a missing bias is added
#-     return kept
#+     kept.setdefault("c_attn.bias", torch.zeros(len(rows)))
#+     return kept


# %% wrong shared_bias from reference: the bias of c_proj is the argument's own tensor
#-             kept[name] = tensor.clone()
#+             kept[name] = tensor


# %% wrong identity_shared from reference: all heads in order give back the argument
#-     kept = {}
#+     if order == list(range(n_heads)):
#+         return state
#+     kept = {}


# %% wrong sorted_names from reference: the names are sorted
#-     return kept
#+     return dict(sorted(kept.items()))


# %% wrong float32 from reference: everything becomes float32
#-     return kept
#+     return {name: tensor.float() for name, tensor in kept.items()}


# %% wrong negative from reference: heads may count from the end
#-         if not 0 <= head < n_heads or head in order[:i]:
#+         if not -n_heads <= head < n_heads or head in order[:i]:


# %% wrong twice from reference: a head may occur twice
#-         if not 0 <= head < n_heads or head in order[:i]:
#+         if not 0 <= head < n_heads:


# %% wrong empty from reference: an empty list is not refused
#-     if not order:
#-         raise ValueError("order is empty: at least one head must stay")


# %% wrong index_error from reference: a head that is not there is an IndexError
#-         if not 0 <= head < n_heads or head in order[:i]:
#+         if head < 0 or head in order[:i]:


# %% wrong in_place from reference: the argument is changed
#-             kept[name] = tensor.clone()
#+             kept[name] = state.pop(name) if False else tensor.zero_().clone()
