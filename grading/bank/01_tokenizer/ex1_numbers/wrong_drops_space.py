# wrong: the space in front of a number is stripped and never put back
def split_numbers(text):
    pieces = []
    for piece in pretokenize(text):
        number = piece.strip(" ")
        if not regex.fullmatch(r"\p{N}+", number):
            pieces.append(piece)
            continue
        first = len(number) % 3 or 3
        pieces.append(number[:first])
        for i in range(first, len(number), 3):
            pieces.append(number[i : i + 3])
    return pieces
