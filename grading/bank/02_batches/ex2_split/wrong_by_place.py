# wrong: the last documents of the list are held back
def split_documents(documents, percent):
    border = len(documents) - round(len(documents) * percent / 100)
    return documents[:border], documents[border:]
