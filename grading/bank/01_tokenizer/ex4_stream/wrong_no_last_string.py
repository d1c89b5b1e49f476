# wrong: the string for what is left comes only if there is something left
import codecs


def stream_decode(tokens):
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for token in tokens:
        yield decoder.decode(token)
    rest = decoder.decode(b"", final=True)
    if rest:
        yield rest
