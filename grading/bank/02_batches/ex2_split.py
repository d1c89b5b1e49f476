"""Answers to ex2_split of 02_batches, right and wrong; how to read and write them: grading/answers.py."""


# %% correct hexadecimal: the first sixteen hexadecimal digits, and two list comprehensions
def split_documents(documents, percent):
    def held_back(document):
        normal = " ".join(document.casefold().split())
        return int(hashlib.sha256(normal.encode()).hexdigest()[:16], base=16) % 100 < percent

    return [d for d in documents if not held_back(d)], [d for d in documents if held_back(d)]


# %% correct numpy: NumPy reads all the digests at once
def split_documents(documents, percent):
    normals = [" ".join(document.casefold().split()).encode() for document in documents]
    digests = b"".join(hashlib.sha256(normal).digest() for normal in normals)
    numbers = np.frombuffer(digests, dtype=">u8")[::4]
    held_back = (numbers % 100 < percent).tolist()
    train = [document for document, held in zip(documents, held_back) if not held]
    return train, [document for document, held in zip(documents, held_back) if held]


# %% correct struct: struct reads the bytes, a regular expression the white space; returns a list of tuples
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


# %% correct vectorize: np.vectorize over the documents, a sum of bytes times powers of 256
def last_digits(document):
    digest = hashlib.sha256(bytes(" ".join(document.split()).casefold(), "utf-8")).digest()
    return sum(byte * 256 ** (7 - k) for k, byte in enumerate(digest[:8])) % 100


def split_documents(documents, percent):
    held_back = np.vectorize(last_digits, otypes=[int])(documents) < percent
    pairs = list(zip(documents, held_back))
    return [document for document, held in pairs if not held], [document for document, held in pairs if held]


# %% correct bytes_of_the_digest: the first bytes of the digest as one number
def split_documents(documents, percent):
    train, validation = [], []
    for document in documents:
        normal = " ".join(document.casefold().split())
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
        if number % 100 < percent:
            validation.append(document)
        else:
            train.append(document)
    return train, validation

# %% wrong boundary from bytes_of_the_digest: a number equal to percent is held back, too
#-         if number % 100 < percent:
#+         if number % 100 <= percent:


# %% wrong by_place: the last documents of the list are held back
def split_documents(documents, percent):
    border = len(documents) - round(len(documents) * percent / 100)
    return documents[:border], documents[border:]


# %% wrong dict: returns a dict instead of a pair of lists
def split_documents(documents, percent):
    sides = {"train": [], "validation": []}
    for document in documents:
        normal = " ".join(document.casefold().split())
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
        sides["validation" if number % 100 < percent else "train"].append(document)
    return sides

# %% wrong digits_as_bytes from bytes_of_the_digest: the first eight characters of hexdigest are taken for the first eight bytes
#-         number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
#+         number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).hexdigest()[:8].encode(), "big")

# %% wrong drops_copies from bytes_of_the_digest: copies are dropped
#-     train, validation = [], []
#+     train, validation = [], []
#+     seen = set()

#-         number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
#+         if normal in seen:
#+             continue
#+         seen.add(normal)
#+         number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")

# %% wrong eight_digits from bytes_of_the_digest: the first eight hexadecimal digits are read, which are only four bytes
#-         number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
#+         number = int(hashlib.sha256(normal.encode("utf-8")).hexdigest()[:8], 16)

# %% wrong empties_the_list from bytes_of_the_digest: takes the documents out of the list that it was given
#-     for document in documents:
#+     while documents:
#+         document = documents.pop(0)

# %% wrong large_numbers from bytes_of_the_digest: how large the number is decides, not its last two digits
#-         if number % 100 < percent:
#+         if number / 2**64 < percent / 100:

# %% wrong little_endian from bytes_of_the_digest: the bytes are read with the least significant one first
#-         number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
#+         number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "little")

# %% wrong lower from bytes_of_the_digest: lower() instead of casefold()
#-         normal = " ".join(document.casefold().split())
#+         normal = " ".join(document.lower().split())

# %% wrong md5 from bytes_of_the_digest: MD5 instead of SHA-256
#-         number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
#+         number = int.from_bytes(hashlib.md5(normal.encode("utf-8")).digest()[:8], "big")

# %% wrong no_modulo from bytes_of_the_digest: the whole number is compared with percent, not its last two digits
#-         if number % 100 < percent:
#+         if number < percent:

# %% wrong no_normal_form from bytes_of_the_digest: the hash is taken of the text as it is
#-         normal = " ".join(document.casefold().split())
#+         normal = document

# %% wrong no_spaces_at_all from bytes_of_the_digest: white space is dropped instead of replaced by one space
#-         normal = " ".join(document.casefold().split())
#+         normal = "".join(document.casefold().split())

# %% wrong only_stripped from bytes_of_the_digest: white space is removed at the ends only, not evened out inside
#-         normal = " ".join(document.casefold().split())
#+         normal = document.casefold().strip()

# %% wrong percent_divided from bytes_of_the_digest: percent is divided by 100, although the number is taken modulo 100
#-         if number % 100 < percent:
#+         if number % 100 < percent / 100:

# %% wrong plain_spaces_only from bytes_of_the_digest: only plain spaces count as white space
#-         normal = " ".join(document.casefold().split())
#+         normal = " ".join(part for part in document.casefold().replace("\n", " ").replace("\t", " ").split(" ") if part)


# %% wrong random: every document draws a lot with a fixed seed
import random


def split_documents(documents, percent):
    rng = random.Random(123)
    lots = [rng.randrange(100) for _ in documents]
    train = [d for d, lot in zip(documents, lots) if lot >= percent]
    return train, [d for d, lot in zip(documents, lots) if lot < percent]

# %% wrong returns_normal_forms from bytes_of_the_digest: the normal forms are returned instead of the documents

#-             validation.append(document)
#+             validation.append(normal)

#-             train.append(document)
#+             train.append(normal)

# %% wrong swapped from bytes_of_the_digest: validation comes first

#-     return train, validation
#+     return validation, train

# %% wrong whole_digest from bytes_of_the_digest: all 32 bytes are read instead of eight
#-         number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
#+         number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest(), "big")

# %% wrong array_of_texts from bytes_of_the_digest: arrays instead of lists, whose texts lose the NULs at their ends
#-     return train, validation
#+     return list(np.array(train, dtype=str)), list(np.array(validation, dtype=str))

# %% wrong exact_copies_lost from bytes_of_the_digest: the texts are the keys of a dict, in which equal ones are one
#-     for document in documents:
#+     for document in dict.fromkeys(documents):

# %% wrong iterators from hexadecimal: returns two filters, which can be read once, instead of lists
#-     return [d for d in documents if not held_back(d)], [d for d in documents if held_back(d)]
#+     return filter(lambda d: not held_back(d), documents), filter(held_back, documents)

# %% wrong no_documents from vectorize: the empty list has no first result, from which NumPy would learn the format
#-     held_back = np.vectorize(last_digits, otypes=[int])(documents) < percent
#+     held_back = np.vectorize(last_digits)(documents) < percent

# %% wrong composed_accents from bytes_of_the_digest: the text is brought into Unicode's composed form as well
#- def split_documents(documents, percent):
#+ import unicodedata
#+
#+
#+ def split_documents(documents, percent):

#-         normal = " ".join(document.casefold().split())
#+         normal = " ".join(unicodedata.normalize("NFC", document).casefold().split())

# %% wrong lists_for_all_calls from bytes_of_the_digest: the two lists are default arguments, emptied at each call
#- def split_documents(documents, percent):
#-     train, validation = [], []
#+ def split_documents(documents, percent, train=[], validation=[]):
#+     train.clear()
#+     validation.clear()
