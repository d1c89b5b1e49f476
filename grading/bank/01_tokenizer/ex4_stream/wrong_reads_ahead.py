# wrong: reads all tokens first and returns a list
import codecs


def stream_decode(tokens):
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    return [decoder.decode(token) for token in tokens] + [decoder.decode(b"", final=True)]
