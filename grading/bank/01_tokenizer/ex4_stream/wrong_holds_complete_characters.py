# wrong: waits until everything that was held can be decoded; complete characters wait, and one bad byte blocks the rest
def stream_decode(tokens):
    held = b""
    for token in tokens:
        held += token
        try:
            text = held.decode("utf-8")
        except UnicodeDecodeError:
            yield ""
        else:
            held = b""
            yield text
    yield held.decode("utf-8", errors="replace")
