# correct: np.vectorize over the documents (it takes no empty list), a sum of bytes times powers of 256
def last_digits(document):
    digest = hashlib.sha256(bytes(" ".join(document.split()).casefold(), "utf-8")).digest()
    return sum(byte * 256 ** (7 - k) for k, byte in enumerate(digest[:8])) % 100


def split_documents(documents, percent):
    held_back = np.vectorize(last_digits)(documents) < percent
    pairs = list(zip(documents, held_back))
    return [document for document, held in pairs if not held], [document for document, held in pairs if held]
