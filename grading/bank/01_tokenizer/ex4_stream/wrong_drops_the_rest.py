# wrong: what is left at the end is lost
import codecs


def stream_decode(tokens):
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for token in tokens:
        yield decoder.decode(token)
    yield ""
