# wrong: incomplete bytes are dropped by errors="ignore"
def stream_decode(tokens):
    for token in tokens:
        yield token.decode("utf-8", errors="ignore")
    yield ""
