# correct: struct reads the bytes, a regular expression the white space; returns a list of tuples
import re
import struct


def split_documents(documents, percent):
    sides = {True: (), False: ()}
    for document in documents:
        normal = re.sub(r"\s+", " ", document).strip().casefold()
        hasher = hashlib.sha256()
        hasher.update(bytes(normal, "utf-8"))
        (number,) = struct.unpack(">Q", hasher.digest()[:8])
        sides[number % 100 < percent] += (document,)
    return [sides[False], sides[True]]
