# wrong: white space is removed at the ends only, not evened out inside
def split_documents(documents, percent):
    train, validation = [], []
    for document in documents:
        normal = document.casefold().strip()
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
        if number % 100 < percent:
            validation.append(document)
        else:
            train.append(document)
    return train, validation
