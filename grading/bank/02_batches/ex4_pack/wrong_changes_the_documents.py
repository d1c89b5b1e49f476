# wrong: puts the end tokens into the documents that it was given
def pack(documents, context_length, eot):
    row, owner = [], []
    for number, document in enumerate(documents):
        document.append(eot)
        row += document
        owner += [number] * len(document)
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
