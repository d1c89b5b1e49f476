# wrong: waits while the text ends in a replacement sign; complete characters in front of it wait, too
def stream_decode(tokens):
    held = b""
    for token in tokens:
        held += token
        text = held.decode("utf-8", errors="replace")
        if text.endswith("\ufffd"):
            yield ""
        else:
            held = b""
            yield text
    yield held.decode("utf-8", errors="replace")
