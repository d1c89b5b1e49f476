# correct: the first sixteen hexadecimal digits, and two list comprehensions
def split_documents(documents, percent):
    def held_back(document):
        normal = " ".join(document.casefold().split())
        return int(hashlib.sha256(normal.encode()).hexdigest()[:16], base=16) % 100 < percent

    return [d for d in documents if not held_back(d)], [d for d in documents if held_back(d)]
