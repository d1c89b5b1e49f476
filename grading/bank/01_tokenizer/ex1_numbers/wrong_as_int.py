# wrong: numbers go through int(), which loses leading zeros and fails on signs such as ½
def split_numbers(text):
    out = []
    for piece in pretokenize(text):
        digits = piece.removeprefix(" ")
        if regex.fullmatch(r"\p{N}+", digits):
            groups = f"{int(digits):,}".split(",")
            groups[0] = piece[: len(piece) - len(digits)] + groups[0]
            out += groups
        else:
            out.append(piece)
    return out
