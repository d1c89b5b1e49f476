# wrong: percent is divided by 100, although the number is taken modulo 100
def split_documents(documents, percent):
    train, validation = [], []
    for document in documents:
        normal = " ".join(document.casefold().split())
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
        if number % 100 < percent / 100:
            validation.append(document)
        else:
            train.append(document)
    return train, validation
