# wrong: knows no characters of four bytes
def stream_decode(tokens):
    held = b""
    for token in tokens:
        held += token
        keep = 0
        if held and held[-1] >= 0xC0:
            keep = 1
        elif len(held) > 1 and 0xE0 <= held[-2] and held[-1] >= 0x80:
            keep = 2
        cut = len(held) - keep
        yield held[:cut].decode("utf-8", errors="replace")
        held = held[cut:]
    yield held.decode("utf-8", errors="replace")
