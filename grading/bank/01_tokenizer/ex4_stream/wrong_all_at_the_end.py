# wrong: the whole text comes at the end
def stream_decode(tokens):
    data = b""
    for token in tokens:
        data += token
        yield ""
    yield data.decode("utf-8", errors="replace")
