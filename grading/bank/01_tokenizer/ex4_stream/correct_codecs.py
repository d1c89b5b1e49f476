# correct: Python's incremental decoder
import codecs


def stream_decode(tokens):
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for token in tokens:
        yield decoder.decode(token)
    yield decoder.decode(b"", final=True)
