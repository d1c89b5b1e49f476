# correct: an object with the iterator protocol, and a pattern for what may be the beginning of a character
import re

BEGINNING = re.compile(rb"(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})\Z")


class StreamDecoder:
    def __init__(self, tokens):
        self.tokens, self.held, self.ended = iter(tokens), b"", False

    def __iter__(self):
        return self

    def __next__(self):
        if self.ended:
            raise StopIteration
        try:
            data = self.held + next(self.tokens)
        except StopIteration:
            self.ended = True
            return self.held.decode(errors="replace")
        match = BEGINNING.search(data)
        cut = match.start() if match else len(data)
        self.held = data[cut:]
        return data[:cut].decode(errors="replace")


def stream_decode(tokens):
    return StreamDecoder(tokens)
