# wrong: prints the strings, and gives out none
import codecs


def stream_decode(tokens):
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for token in tokens:
        print(decoder.decode(token), end="")
    print(decoder.decode(b"", final=True))
