# wrong: MD5 instead of SHA-256
def split_documents(documents, percent):
    train, validation = [], []
    for document in documents:
        normal = " ".join(document.casefold().split())
        number = int.from_bytes(hashlib.md5(normal.encode("utf-8")).digest()[:8], "big")
        if number % 100 < percent:
            validation.append(document)
        else:
            train.append(document)
    return train, validation
