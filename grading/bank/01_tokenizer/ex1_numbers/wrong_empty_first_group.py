# wrong: off by one group, numbers of three, six, nine ... digits begin with a group of no digits
def split_numbers(text):
    pieces = []
    for piece in pretokenize(text):
        digits = piece.removeprefix(" ")
        if not regex.fullmatch(r"\p{N}+", digits):
            pieces.append(piece)
            continue
        space = piece[: len(piece) - len(digits)]
        first = len(digits) % 3
        pieces.append(space + digits[:first])
        pieces += [digits[i : i + 3] for i in range(first, len(digits), 3)]
    return pieces
