# wrong: the space takes part in the counting of the groups
def split_numbers(text):
    out = []
    for piece in pretokenize(text):
        if regex.fullmatch(r" ?\p{N}+", piece):
            groups = []
            while piece:
                groups.insert(0, piece[-3:])
                piece = piece[:-3]
            out += groups
        else:
            out.append(piece)
    return out
