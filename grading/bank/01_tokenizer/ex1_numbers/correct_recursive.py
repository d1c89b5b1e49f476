# correct: a recursive function on one number, and a generator around it
def in_threes(digits):
    return [digits] if len(digits) <= 3 else [*in_threes(digits[:-3]), digits[-3:]]


def split_numbers(text):
    def pieces():
        for piece in pretokenize(text):
            match = regex.fullmatch(r"( ?)(\p{N}+)", piece)
            if match:
                first, *rest = in_threes(match[2])
                yield match[1] + first
                yield from rest
            else:
                yield piece

    return list(pieces())
