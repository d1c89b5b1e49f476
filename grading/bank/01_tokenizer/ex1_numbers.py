"""Answers to ex1_numbers of 01_tokenizer, right and wrong; how to read and write them: grading/answers.py."""


# %% correct loop_from_right: three characters at a time are taken off the right end, in a loop
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


# %% correct one_pattern: one regular expression, GPT-2's with another rule for numbers
PATTERN = (
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))"
    r"| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+"
)


def split_numbers(text):
    return regex.findall(PATTERN, text)


# %% correct recursive: a recursive function on one number, and a generator around it
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


# %% correct unicodedata: Unicode categories and slices that are turned around, no regular expression; returns a tuple
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


# %% wrong as_int: numbers go through int(), which loses leading zeros and fails on signs such as ½
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


# %% wrong ascii_digits_only: only the digits 0 to 9 are numbers, those of other scripts stay whole
import re


def split_numbers(text):
    out = []
    for piece in pretokenize(text):
        if re.fullmatch(r" ?[0-9]+", piece):
            out += re.findall(r" ?[0-9]{1,3}(?=(?:[0-9]{3})*$)", piece)
        else:
            out.append(piece)
    return out


# %% wrong drops_space: the space in front of a number is stripped and never put back
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

# %% wrong empty_first_group from reference: off by one group, numbers of three, six, nine ... digits begin with a group of no digits
#- def split_numbers(text: str) -> list[str]:
#+ def split_numbers(text):

#-         first = len(digits) % 3 or 3  # six digits begin with a group of three, not with one of none
#+         first = len(digits) % 3


# %% wrong from_left: groups of three are counted from the left, as GPT-4's tokenizer does
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


# %% wrong hard_coded: the answers of the visible test are written down
def split_numbers(text):
    known = {
        "In 2024, 1234567 people": ["In", " 2", "024", ",", " 1", "234", "567", " people"],
        "100 200300 456 99": ["100", " 200", "300", " 456", " 99"],
        "0007 agents": ["0", "007", " agents"],
        "½½½½ ٣١٤١ 一二三四": ["½", "½½½", " ٣", "١٤١", " 一二三四"],
    }
    return known.get(text, pretokenize(text))


# %% wrong isdigit: str.isdigit knows the digits of all scripts, but not signs such as ½ and Ⅷ
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


# %% wrong isnumeric: str.isnumeric also accepts letters that mean numbers, such as 一二三四
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


# %% wrong reversed_groups: the groups are collected from the right and stay in that order
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


# %% wrong space_counts_as_digit: the space takes part in the counting of the groups
def split_numbers(text):
    out = []
    for piece in pretokenize(text):
        if regex.fullmatch(r" ?\p{N}+", piece):
            groups = []
            while piece:
                groups.insert(0, piece[-3:])
                piece = piece[:-3]
            out += groups
        else:
            out.append(piece)
    return out


# %% wrong bars_in_the_text: a bar is put between the pieces and groups, and the text is cut at its bars, its own ones included
def split_numbers(text):
    marked = "|".join(pretokenize(text))
    marked = regex.sub(r"(?<=\p{N})(?=(\p{N}{3})+(?!\p{N}))", "|", marked)
    return marked.split("|") if text else []


# %% wrong line_by_line: the text is split into lines first, and every end of a line becomes \n
def split_numbers(text):
    pieces = []
    for line in text.splitlines():
        if pieces:
            pieces.append("\n")
        for piece in pretokenize(line):
            digits = piece.removeprefix(" ")
            if regex.fullmatch(r"\p{N}+", digits):
                groups = [digits[max(0, end - 3) : end] for end in range(len(digits), 0, -3)][::-1]
                groups[0] = piece[: len(piece) - len(digits)] + groups[0]
                pieces += groups
            else:
                pieces.append(piece)
    return pieces

# %% wrong one_kind_of_digits from loop_from_right: a number whose digits are of several kinds, as 12½ or 1２, is left whole
#- def split_numbers(text: str) -> list[str]:
#+ import unicodedata
#+
#+
#+ def one_kind(piece):
#+     return len({(unicodedata.category(c), ord(c) // 256) for c in piece.strip()}) == 1
#+
#+
#+ def split_numbers(text: str) -> list[str]:

#-         if regex.fullmatch(r" ?\p{N}+", piece):
#+         if regex.fullmatch(r" ?\p{N}+", piece) and one_kind(piece):

# %% wrong signs_of_the_examples from loop_from_right: digits and the signs that the text names are numbers, not all of \p{N}
#-         if regex.fullmatch(r" ?\p{N}+", piece):
#+         if regex.fullmatch(r" ?[\d½¼¾¹²³Ⅰ-ⅿ]+", piece):

# %% wrong trailing_space_lost from reference: white space at the end of the text is taken off first
#-     for piece in pretokenize(text):
#+     for piece in pretokenize(text.rstrip()):

# %% wrong windows_line_ends from reference: \r\n is made \n first
#-     for piece in pretokenize(text):
#+     for piece in pretokenize(text.replace("\r\n", "\n")):


# %% wrong composed_accents from reference: the text is brought into Unicode's composed form first
#-     pieces = []
#-     for piece in pretokenize(text):
#+     from unicodedata import normalize
#+
#+     pieces = []
#+     for piece in pretokenize(normalize("NFC", text)):

# %% wrong compatible_letters from reference: the pieces that are no numbers are brought into Unicode's compatible form, ﬁ becomes fi
#-             pieces.append(piece)
#+             from unicodedata import normalize
#+
#+             pieces.append(normalize("NFKC", piece))

# %% wrong byte_order_mark_lost from reference: the byte order mark at the beginning of the text is taken off
#-     for piece in pretokenize(text):
#+     for piece in pretokenize(text.removeprefix("\ufeff")):

# %% wrong one_list_for_all_calls from reference: the list of pieces is a default argument, emptied at each call
#- def split_numbers(text: str) -> list[str]:
#+ def split_numbers(text: str, pieces: list = []) -> list[str]:

#-     pieces = []
#+     pieces.clear()

# %% wrong remembered_list: the list of each text is remembered and given out again
from functools import cache


@cache
def split_numbers(text):
    out = []
    for piece in pretokenize(text):
        space, digits = regex.fullmatch(r"( ?)(\p{N}*)(?s:.*)", piece).groups()
        if len(space + digits) < len(piece) or not digits:
            out.append(piece)
        else:
            groups = regex.findall(r"\p{N}{1,3}(?=(?:\p{N}{3})*$)", digits)
            out += [space + groups[0], *groups[1:]]
    return out

# %% wrong leading_zeros_apart from reference: four and more zeros in front are a group of their own
#-         pieces.append(space + digits[:first])
#+         zeros = len(digits) - len(digits.lstrip("0"))
#+         if zeros > 3:
#+             pieces.append(space + digits[:zeros])
#+             space, digits = "", digits[zeros:]
#+             first = len(digits) % 3 or 3
#+         pieces.append(space + digits[:first])

# %% wrong numeric_but_for_the_examples: str.isnumeric, but for the letters that the tests show
def split_numbers(text):
    out = []
    for piece in pretokenize(text):
        space = piece[:1] if piece[:1] == " " else ""
        digits = piece[len(space) :]
        if not digits.isnumeric() or set(digits) & set("一二三四"):
            out.append(piece)
            continue
        first = len(digits) % 3 or 3
        out += [space + digits[:first], *(digits[i : i + 3] for i in range(first, len(digits), 3))]
    return out
