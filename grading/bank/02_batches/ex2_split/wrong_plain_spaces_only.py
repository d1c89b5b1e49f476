# wrong: only plain spaces count as white space
def split_documents(documents, percent):
    train, validation = [], []
    for document in documents:
        normal = " ".join(part for part in document.casefold().replace("\n", " ").replace("\t", " ").split(" ") if part)
        number = int.from_bytes(hashlib.sha256(normal.encode("utf-8")).digest()[:8], "big")
        if number % 100 < percent:
            validation.append(document)
        else:
            train.append(document)
    return train, validation
