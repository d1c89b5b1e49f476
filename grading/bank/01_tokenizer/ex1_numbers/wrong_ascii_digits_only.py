# wrong: only the digits 0 to 9 are numbers, those of other scripts stay whole
import re


def split_numbers(text):
    out = []
    for piece in pretokenize(text):
        if re.fullmatch(r" ?[0-9]+", piece):
            out += re.findall(r" ?[0-9]{1,3}(?=(?:[0-9]{3})*$)", piece)
        else:
            out.append(piece)
    return out
