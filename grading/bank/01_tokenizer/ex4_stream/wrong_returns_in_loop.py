# wrong: return instead of yield, so that one string comes and no more
def stream_decode(tokens):
    held = b""
    for token in tokens:
        held += token
        try:
            return held.decode()
        except UnicodeDecodeError:
            continue
    return held.decode(errors="replace")
