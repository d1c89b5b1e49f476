# wrong: gives out what stands before the first error and waits for more, also where no byte can mend it
def stream_decode(tokens):
    held = b""
    for token in tokens:
        held += token
        try:
            text, held = held.decode("utf-8"), b""
        except UnicodeDecodeError as error:
            text, held = held[: error.start].decode("utf-8"), held[error.start :]
        yield text
    yield held.decode("utf-8", errors="replace")
