# wrong: str.isnumeric also accepts letters that mean numbers, such as 一二三四
def split_numbers(text):
    out = []
    for piece in pretokenize(text):
        digits = piece.removeprefix(" ")
        if digits.isnumeric():
            space = " " if piece.startswith(" ") else ""
            groups = []
            while digits:
                groups.append(digits[-3:])
                digits = digits[:-3]
            groups.reverse()
            groups[0] = space + groups[0]
            out += groups
        else:
            out.append(piece)
    return out
