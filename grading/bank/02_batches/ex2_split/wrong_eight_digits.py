# wrong: the first eight hexadecimal digits are read, which are only four bytes
def split_documents(documents, percent):
    train, validation = [], []
    for document in documents:
        normal = " ".join(document.casefold().split())
        number = int(hashlib.sha256(normal.encode("utf-8")).hexdigest()[:8], 16)
        if number % 100 < percent:
            validation.append(document)
        else:
            train.append(document)
    return train, validation
