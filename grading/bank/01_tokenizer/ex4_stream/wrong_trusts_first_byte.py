# wrong: waits for as many bytes as the first byte of a character announces, also where others follow
LENGTH_OF = [1] * 0xC0 + [2] * 0x20 + [3] * 0x10 + [4] * 0x10


class StreamDecoder:
    def __init__(self, tokens):
        self.tokens, self.held, self.ended = iter(tokens), b"", False

    def __iter__(self):
        return self

    def __next__(self):
        if self.ended:
            raise StopIteration
        try:
            self.held += next(self.tokens)
        except StopIteration:
            self.ended, cut = True, len(self.held)
        else:
            cut = len(self.held)
            for position in range(max(0, cut - 3), cut):
                if position + LENGTH_OF[self.held[position]] > len(self.held):
                    cut = position
                    break
        text, self.held = self.held[:cut].decode(errors="replace"), self.held[cut:]
        return text


def stream_decode(tokens):
    return StreamDecoder(tokens)
