# wrong: decodes with utf-8-sig, which swallows a byte order mark at the beginning
import codecs


def stream_decode(tokens):
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    for token in tokens:
        yield decoder.decode(token)
    yield decoder.decode(b"", final=True)
