# wrong: the groups are collected from the right and stay in that order
def split_numbers(text):
    out = []
    for piece in pretokenize(text):
        if regex.fullmatch(r" ?\p{N}+", piece):
            space, digits = ("", piece) if piece[0] != " " else (" ", piece[1:])
            while len(digits) > 3:
                out.append(digits[-3:])
                digits = digits[:-3]
            out.append(space + digits)
        else:
            out.append(piece)
    return out
