# wrong: copies are dropped
def split_documents(documents, percent):
    train, validation = [], []
    seen = set()
    for document in documents:
        normal = " ".join(document.casefold().split())
        if normal in seen:
            continue
        seen.add(normal)
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
        if number % 100 < percent:
            validation.append(document)
        else:
            train.append(document)
    return train, validation
