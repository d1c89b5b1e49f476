# correct: the table of first bytes, read backwards from the end; what it allows is held back
def stream_decode(tokens):
    waiting = b""
    for token in tokens:
        waiting += token
        n = unfinished(waiting)
        ready, waiting = waiting[: len(waiting) - n], waiting[len(waiting) - n :]
        yield ready.decode("utf-8", errors="replace")
    yield waiting.decode("utf-8", errors="replace")


def unfinished(data):
    for n in range(1, min(3, len(data)) + 1):
        byte = data[-n]
        if 0x80 <= byte <= 0xBF:
            continue
        if 0xC2 <= byte <= 0xDF:
            size = 2
        elif 0xE0 <= byte <= 0xEF:
            size = 3
        elif 0xF0 <= byte <= 0xF4:
            size = 4
        else:
            size = 1
        return n if n < size else 0
    return 0
