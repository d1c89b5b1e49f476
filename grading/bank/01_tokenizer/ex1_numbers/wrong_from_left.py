# wrong: groups of three are counted from the left, as GPT-4's tokenizer does
def split_numbers(text):
    pieces = []
    for piece in pretokenize(text):
        digits = piece.lstrip(" ")
        if regex.fullmatch(r"\p{N}+", digits):
            groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
            groups[0] = piece[: len(piece) - len(digits)] + groups[0]
            pieces.extend(groups)
        else:
            pieces.append(piece)
    return pieces
