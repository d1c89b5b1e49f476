# wrong: the first eight characters of hexdigest are taken for the first eight bytes
def split_documents(documents, percent):
    train, validation = [], []
    for document in documents:
        normal = " ".join(document.casefold().split())
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).hexdigest()[:8].encode(), "big")
        if number % 100 < percent:
            validation.append(document)
        else:
            train.append(document)
    return train, validation
