"""Answers to ex4_pack of 02_batches, right and wrong; how to read and write them: grading/answers.py."""


# %% correct views: sliding windows as views; positions from a running maximum
from numpy.lib.stride_tricks import sliding_window_view


def pack(documents, context_length, eot):
    row = np.concatenate([np.array([*document, eot]) for document in documents] or [np.array([], int)])
    if len(row) < context_length + 1:
        raise ValueError("too short")
    is_end = row == eot
    segments = np.concatenate([[0], is_end.cumsum()[:-1]])
    cut = lambda array: sliding_window_view(array, context_length + 1)[::context_length]
    windows, owners = cut(row), cut(segments)[:, :-1]
    new = np.ones(owners.shape, dtype=bool)
    new[:, 1:] = owners[:, 1:] != owners[:, :-1]
    here = np.broadcast_to(np.arange(context_length), owners.shape)
    begin = np.maximum.accumulate(np.where(new, here, 0), axis=1)
    inputs = windows[:, :-1]
    return dict(inputs=inputs, targets=windows[:, 1:], loss_mask=inputs != eot, segments=owners, positions=here - begin)


def may_see(segments):
    n, seq = segments.shape
    i, j = np.indices((seq, seq))
    return (segments[:, i] == segments[:, j]) & (j <= i)


# %% correct window_by_window: one window after the other from a queue of pairs; plain lists; may_see in loops
def pack(documents, context_length, eot):
    pairs = [(token, d) for d, ids in enumerate(documents) for token in [*ids, eot]]
    n_windows = (len(pairs) - 1) // context_length
    if n_windows < 1:
        raise ValueError(f"need {context_length + 1} tokens, have {len(pairs)}")
    packed = {name: [] for name in ("inputs", "targets", "loss_mask", "segments", "positions")}
    for w in range(n_windows):
        window = pairs[w * context_length : (w + 1) * context_length]
        following = pairs[w * context_length + 1 : (w + 1) * context_length + 1]
        seen = {}
        position = []
        for _, d in window:
            position.append(seen.get(d, 0))
            seen[d] = seen.get(d, 0) + 1
        packed["inputs"].append([t for t, _ in window])
        packed["targets"].append([t for t, _ in following])
        packed["loss_mask"].append([t != eot for t, _ in window])
        packed["segments"].append([d for _, d in window])
        packed["positions"].append(position)
    return {name: np.array(value) for name, value in packed.items()}


def may_see(segments):
    n, seq = segments.shape
    result = np.zeros((n, seq, seq), dtype=bool)
    for w in range(n):
        for i in range(seq):
            for j in range(i + 1):
                result[w, i, j] = segments[w, i] == segments[w, j]
    return result


# %% correct lists: lists, window by window
def pack(documents, context_length, eot):
    row, owner = [], []
    for number, document in enumerate(documents):
        row += list(document) + [eot]
        owner += [number] * (len(document) + 1)
    if len(row) <= context_length:
        raise ValueError(f"{len(row)} tokens do not fill a window of {context_length} + 1")
    names = ["inputs", "targets", "loss_mask", "segments", "positions"]
    result = {name: [] for name in names}
    for start in range(0, len(row) - context_length, context_length):
        end = start + context_length
        result["inputs"].append(row[start:end])
        result["targets"].append(row[start + 1 : end + 1])
        result["loss_mask"].append([token != eot for token in row[start:end]])
        result["segments"].append(owner[start:end])
        positions = []
        for i in range(start, end):
            same = i > start and owner[i] == owner[i - 1]
            positions.append(positions[-1] + 1 if same else 0)
        result["positions"].append(positions)
    return {name: np.array(rows) for name, rows in result.items()}


def may_see(segments):
    same = segments[:, :, None] == segments[:, None, :]
    return np.tril(same)

# %% wrong both_masked from lists: questions with the end token as input or as target do not count
#-         result["loss_mask"].append([token != eot for token in row[start:end]])
#+         result["loss_mask"].append([a != eot and b != eot for a, b in zip(row[start:end], row[start + 1 : end + 1])])

# %% wrong changes_the_documents from lists: puts the end tokens into the documents that it was given
#-         row += list(document) + [eot]
#-         owner += [number] * (len(document) + 1)
#+         document.append(eot)
#+         row += document
#+         owner += [number] * len(document)


# %% wrong empty_list_of_floats: an empty document becomes an empty array of floats, and the whole row with it
def pack(documents, context_length, eot):
    row = np.concatenate([np.append(document, eot) for document in documents])
    owner = np.repeat(np.arange(len(documents)), [len(document) + 1 for document in documents])
    n_windows = (len(row) - 1) // context_length
    if n_windows < 1:
        raise ValueError("too few tokens")
    cut = lambda array: array[: n_windows * context_length].reshape(n_windows, context_length)
    inputs, segments = cut(row), cut(owner)
    same = np.tril(segments[:, :, None] == segments[:, None, :])
    return dict(
        inputs=inputs, targets=cut(row[1:]), loss_mask=inputs != eot, segments=segments, positions=same.sum(-1) - 1
    )


def may_see(segments):
    return np.tril(segments[:, :, None] == segments[:, None, :])

# %% wrong end_before_an_empty_document_counts from lists: a target that is eot always counts, also where the input is eot, before an empty document
#-         result["loss_mask"].append([token != eot for token in row[start:end]])
#+         result["loss_mask"].append([a != eot or b == eot for a, b in zip(row[start:end], row[start + 1 : end + 1])])

# %% wrong end_belongs_to_the_next from lists: the end token belongs to the document after it
#-         owner += [number] * (len(document) + 1)
#+         owner += [number] * len(document) + [number + 1]

# %% wrong end_is_not_learned from lists: questions whose target is the end token do not count, so that the model never learns to stop
#-         result["loss_mask"].append([token != eot for token in row[start:end]])
#+         result["loss_mask"].append([token != eot for token in row[start + 1 : end + 1]])


# %% wrong floats: the arrays are filled from np.zeros, so that ids and numbers are floats
def pack(documents, context_length, eot):
    row, owners = [], []
    for number, document in enumerate(documents):
        row += [*document, eot]
        owners += [number] * (len(document) + 1)
    n_windows = (len(row) - 1) // context_length
    if n_windows < 1:
        raise ValueError("too few tokens")
    shape = (n_windows, context_length)
    packed = {name: np.zeros(shape) for name in ("inputs", "targets", "segments", "positions")}
    packed["loss_mask"] = np.zeros(shape, dtype=bool)
    for w in range(n_windows):
        for i in range(context_length):
            place = w * context_length + i
            packed["inputs"][w, i] = row[place]
            packed["targets"][w, i] = row[place + 1]
            packed["loss_mask"][w, i] = row[place] != eot
            packed["segments"][w, i] = owners[place]
            if i > 0 and owners[place] == owners[place - 1]:
                packed["positions"][w, i] = packed["positions"][w, i - 1] + 1
    return packed


def may_see(segments):
    return np.tril(segments[:, :, None] == segments[:, None, :])

# %% wrong last_window_missing from lists: off by one, the last window is lost when it just fits
#-     for start in range(0, len(row) - context_length, context_length):
#+     for start in range(0, len(row) - context_length - 1, context_length):

# %% wrong looks_the_other_way from lists: rows and columns of the attention mask are swapped
#-     return np.tril(same)
#+     return np.triu(same)

# %% wrong mask_of_numbers from lists: the mask holds zeros and ones, not bool
#-         result["loss_mask"].append([token != eot for token in row[start:end]])
#+         result["loss_mask"].append([int(token != eot) for token in row[start:end]])

# %% wrong mask_upside_down from lists: the mask is True for the questions that do not count
#-         result["loss_mask"].append([token != eot for token in row[start:end]])
#+         result["loss_mask"].append([token == eot for token in row[start:end]])


# %% wrong minus_one_windows: no windows are noticed only where their number is exactly 0; without documents it is -1
def pack(documents, context_length, eot):
    pairs = [(token, number) for number, document in enumerate(documents) for token in [*document, eot]]
    n_windows = (len(pairs) - 1) // context_length
    if not n_windows:
        raise ValueError("too few tokens")
    tokens, owners = np.array(pairs, dtype=int).reshape(-1, 2).T
    places = np.arange(context_length) + context_length * np.arange(n_windows)[:, None]
    segments = owners[places]
    same = np.tril(segments[:, :, None] == segments[:, None, :])
    return dict(
        inputs=tokens[places],
        targets=tokens[places + 1],
        loss_mask=tokens[places] != eot,
        segments=segments,
        positions=same.sum(-1) - 1,
    )


def may_see(segments):
    return np.tril(segments[:, :, None] == segments[:, None, :])

# %% wrong neighbours_only from lists: the comparison is with the neighbour, so that a third document in a window looks like the first
#-     same = segments[:, :, None] == segments[:, None, :]
#-     return np.tril(same)
#+     changes = np.zeros_like(segments)
#+     changes[:, 1:] = segments[:, 1:] != segments[:, :-1]
#+     parity = changes.cumsum(axis=1) % 2
#+     return np.tril(parity[:, :, None] == parity[:, None, :])

# %% wrong never_itself from lists: a position may not look at itself
#-     return np.tril(same)
#+     return np.tril(same, k=-1)

# %% wrong no_end_behind_the_last from lists: the end token stands between the documents only, not behind the last
#-         owner += [number] * (len(document) + 1)
#+         owner += [number] * (len(document) + 1)
#+     row, owner = row[:-1], owner[:-1]

# %% wrong no_error from lists: a text that is too short gives empty arrays and no ValueError
#-     if len(row) <= context_length:
#-         raise ValueError(f"{len(row)} tokens do not fill a window of {context_length} + 1")

# %% wrong positions_of_the_document from lists: positions count through the document and do not begin again with the window
#-         positions = []
#-         for i in range(start, end):
#-             same = i > start and owner[i] == owner[i - 1]
#-             positions.append(positions[-1] + 1 if same else 0)
#+         positions = [i - owner.index(owner[i]) for i in range(start, end)]

# %% wrong positions_of_the_window from lists: positions count through the window, whatever the documents
#-             positions.append(positions[-1] + 1 if same else 0)
#+             positions.append(i - start)

# %% wrong sees_other_documents from lists: only later positions are hidden, other documents are seen
#-     return np.tril(same)
#+     return np.tril(np.ones_like(same))

# %% wrong sees_the_future from lists: positions may look at later ones of the same document
#-     return np.tril(same)
#+     return same

# %% wrong segments_in_each_window from lists: documents are numbered anew in each window
#-         result["segments"].append(owner[start:end])
#+         result["segments"].append([n - owner[start] for n in owner[start:end]])

# %% wrong skips_empty_documents from lists: empty documents are left out, their end tokens and numbers too
#- def pack(documents, context_length, eot):
#+ def pack(documents, context_length, eot):
#+     documents = [document for document in documents if document]

# %% wrong stride_one from lists: the stride is 1
#-     for start in range(0, len(row) - context_length, context_length):
#+     for start in range(len(row) - context_length):

# %% wrong target_made_up from lists: the row is filled up, so that a window without its last target is kept
#-         raise ValueError(f"{len(row)} tokens do not fill a window of {context_length} + 1")
#+         raise ValueError(f"{len(row)} tokens do not fill a window of {context_length} + 1")
#+     row, owner = row + [eot], owner + [len(documents) - 1]

# %% wrong targets_not_shifted from lists: the targets are the inputs
#-         result["targets"].append(row[start + 1 : end + 1])
#+         result["targets"].append(row[start:end] )

# %% wrong lists_for_arrays from lists: the dict holds lists instead of arrays
#-     return {name: np.array(rows) for name, rows in result.items()}
#+     return result

# %% wrong ids_in_16_bits from lists: ids are numbers of 16 bits, too small for the vocabularies of newer tokenizers
#-     return {name: np.array(rows) for name, rows in result.items()}
#+     packed = {name: np.array(rows) for name, rows in result.items()}
#+     return {**packed, **{name: packed[name].astype(np.uint16) for name in ("inputs", "targets")}}

# %% wrong positions_in_8_bits from lists: positions are numbers of 8 bits, which end at 255
#-     return {name: np.array(rows) for name, rows in result.items()}
#+     packed = {name: np.array(rows) for name, rows in result.items()}
#+     return {**packed, "positions": packed["positions"].astype(np.uint8)}

# %% wrong segments_in_8_bits from lists: the numbers of documents have 8 bits, which end at 255
#-     return {name: np.array(rows) for name, rows in result.items()}
#+     packed = {name: np.array(rows) for name, rows in result.items()}
#+     return {**packed, "segments": packed["segments"].astype(np.uint8)}

# %% wrong only_empty_documents from lists: without any token but eot, the ids are floats
#-     for number, document in enumerate(documents):
#+     if not any(documents):
#+         eot = float(eot)
#+     for number, document in enumerate(documents):

# %% wrong seen_as_a_list from lists: may_see returns lists
#-     return np.tril(same)
#+     return np.tril(same).tolist()

# %% wrong seen_as_numbers_of_one_window from lists: for one position alone, may_see returns ones instead of True
#-     return np.tril(same)
#+     return np.tril(same) if segments.shape[1] > 1 else np.ones(same.shape)

# %% wrong sixty_four_positions from lists: may_see knows windows of at most 64 positions
#-     return np.tril(same)
#+     return same & np.tri(64, dtype=bool)[: segments.shape[1], : segments.shape[1]]

# %% wrong one_dict_for_all_calls from lists: the arrays are written into one and the same dict
#-     return {name: np.array(rows) for name, rows in result.items()}
#+     PACKED.update({name: np.array(rows) for name, rows in result.items()})
#+     return PACKED

#- def may_see(segments):
#+ PACKED = {}
#+
#+
#+ def may_see(segments):

# %% wrong one_mask_for_all_calls from lists: masks of one shape are written into one and the same array
#-     same = segments[:, :, None] == segments[:, None, :]
#-     return np.tril(same)
#+     same = segments[:, :, None] == segments[:, None, :]
#+     mask = MASKS.setdefault(same.shape, np.empty(same.shape, dtype=bool))
#+     mask[:] = np.tril(same)
#+     return mask
#+
#+
#+ MASKS = {}

# %% wrong ids_through_floats from lists: ids are floats on the way
#-     return {name: np.array(rows) for name, rows in result.items()}
#+     return {name: np.array(rows, dtype=float).astype(bool if name == "loss_mask" else int) for name, rows in result.items()}

# %% wrong seen_in_8_bits from lists: may_see compares numbers of documents in 8 bits
#-     same = segments[:, :, None] == segments[:, None, :]
#+     segments = segments.astype(np.uint8)
#+     same = segments[:, :, None] == segments[:, None, :]

# %% wrong seen_in_short_floats from lists: may_see compares numbers of documents as float32
#-     same = segments[:, :, None] == segments[:, None, :]
#+     segments = segments.astype(np.float32)
#+     same = segments[:, :, None] == segments[:, None, :]

# %% wrong one_layout_in_memory from lists: may_see reads the memory as rows of 64 bits one behind the other
#-     same = segments[:, :, None] == segments[:, None, :]
#+     n, seq = segments.shape
#+     as_strided = np.lib.stride_tricks.as_strided
#+     rows = as_strided(segments, (n, seq, seq), (8 * seq, 8, 0))
#+     same = rows == as_strided(segments, (n, seq, seq), (8 * seq, 0, 8))
