# correct: three characters at a time are taken off the right end, in a loop
def split_numbers(text: str) -> list[str]:
    result = []
    for piece in pretokenize(text):
        if regex.fullmatch(r" ?\p{N}+", piece):
            space = " " if piece[0] == " " else ""
            digits = piece[len(space) :]
            groups = []
            while digits:
                groups.insert(0, digits[-3:])
                digits = digits[:-3]
            groups[0] = space + groups[0]
            result += groups
        else:
            result.append(piece)
    return result
