# wrong: the whole number is compared with percent, not its last two digits
def split_documents(documents, percent):
    train, validation = [], []
    for document in documents:
        normal = " ".join(document.casefold().split())
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
        if number < percent:
            validation.append(document)
        else:
            train.append(document)
    return train, validation
