# wrong: every document draws a lot with a fixed seed
import random


def split_documents(documents, percent):
    rng = random.Random(123)
    lots = [rng.randrange(100) for _ in documents]
    train = [d for d, lot in zip(documents, lots) if lot >= percent]
    return train, [d for d, lot in zip(documents, lots) if lot < percent]
