# wrong: all 32 bytes are read instead of eight
def split_documents(documents, percent):
    train, validation = [], []
    for document in documents:
        normal = " ".join(document.casefold().split())
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest(), "big")
        if number % 100 < percent:
            validation.append(document)
        else:
            train.append(document)
    return train, validation
