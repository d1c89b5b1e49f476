# correct: strict decoding, and the position and reason of its error
def stream_decode(tokens):
    rest = b""
    for token in tokens:
        rest, out = rest + token, ""
        while True:
            try:
                out += rest.decode()
                rest = b""
                break
            except UnicodeDecodeError as error:
                out += rest[: error.start].decode()
                if error.reason == "unexpected end of data":
                    rest = rest[error.start :]
                    break
                out += "\ufffd"
                rest = rest[error.end :]
        yield out
    yield rest.decode(errors="replace")
