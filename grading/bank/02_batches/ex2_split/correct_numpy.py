# correct: NumPy reads all the digests at once
def split_documents(documents, percent):
    normals = [" ".join(document.casefold().split()).encode() for document in documents]
    digests = b"".join(hashlib.sha256(normal).digest() for normal in normals)
    numbers = np.frombuffer(digests, dtype=">u8")[::4]
    held_back = (numbers % 100 < percent).tolist()
    train = [document for document, held in zip(documents, held_back) if not held]
    return train, [document for document, held in zip(documents, held_back) if held]
