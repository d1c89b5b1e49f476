# wrong: returns a dict instead of a pair of lists
def split_documents(documents, percent):
    sides = {"train": [], "validation": []}
    for document in documents:
        normal = " ".join(document.casefold().split())
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
        sides["validation" if number % 100 < percent else "train"].append(document)
    return sides
