# correct: Unicode categories and slices that are turned around, no regular expression; returns a tuple
import unicodedata


def split_numbers(text):
    result = ()
    for piece in pretokenize(text):
        digits = piece[1:] if piece[0] == " " else piece
        if digits and all(unicodedata.category(c)[0] == "N" for c in digits):
            mirrored = digits[::-1]
            groups = [mirrored[i : i + 3][::-1] for i in range(0, len(mirrored), 3)][::-1]
            if piece[0] == " ":
                groups[0] = " " + groups[0]
            result += tuple(groups)
        else:
            result += (piece,)
    return result
