# wrong: every token is decoded by itself, so that a character in two tokens becomes two replacement signs
def stream_decode(tokens):
    for token in tokens:
        yield token.decode("utf-8", errors="replace")
    yield ""
