# wrong: takes the documents out of the list that it was given
def split_documents(documents, percent):
    train, validation = [], []
    while documents:
        document = documents.pop(0)
        normal = " ".join(document.casefold().split())
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
        if number % 100 < percent:
            validation.append(document)
        else:
            train.append(document)
    return train, validation
