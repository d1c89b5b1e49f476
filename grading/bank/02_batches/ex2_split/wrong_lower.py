# wrong: lower() instead of casefold()
def split_documents(documents, percent):
    train, validation = [], []
    for document in documents:
        normal = " ".join(document.lower().split())
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
        if number % 100 < percent:
            validation.append(document)
        else:
            train.append(document)
    return train, validation
