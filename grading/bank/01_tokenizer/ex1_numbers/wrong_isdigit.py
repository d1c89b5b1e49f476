# wrong: str.isdigit knows the digits of all scripts, but not signs such as ½ and Ⅷ
def split_numbers(text):
    out = []
    for piece in pretokenize(text):
        digits = piece.removeprefix(" ")
        if digits.isdigit():
            groups = []
            while digits:
                groups.insert(0, digits[-3:])
                digits = digits[:-3]
            groups[0] = piece[: len(piece) - len("".join(groups))] + groups[0]
            out += groups
        else:
            out.append(piece)
    return out
