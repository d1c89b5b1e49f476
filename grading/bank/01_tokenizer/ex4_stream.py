"""Answers to ex4_stream of 01_tokenizer, right and wrong; how to read and write them: grading/answers.py."""


# %% correct by_table: the table of first bytes, read backwards from the end; what it allows is held back
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


# %% correct codecs: Python's incremental decoder
import codecs


def stream_decode(tokens):
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for token in tokens:
        yield decoder.decode(token)
    yield decoder.decode(b"", final=True)


# %% correct iterator_class: an object with the iterator protocol, and a pattern for what may be the beginning of a character
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


# %% correct try_decode: strict decoding, and the position and reason of its error
def stream_decode(tokens):
    rest = b""
    for token in tokens:
        rest, out = rest + token, ""
        while True:
            try:
                out += rest.decode()
                rest = b""
                break
            except UnicodeDecodeError as error:
                out += rest[: error.start].decode()
                if error.reason == "unexpected end of data":
                    rest = rest[error.start :]
                    break
                out += "\ufffd"
                rest = rest[error.end :]
        yield out
    yield rest.decode(errors="replace")


# %% wrong all_at_the_end: the whole text comes at the end
def stream_decode(tokens):
    data = b""
    for token in tokens:
        data += token
        yield ""
    yield data.decode("utf-8", errors="replace")


# %% wrong bad_byte_blocks: gives out what stands before the first error and waits for more, also where no byte can mend it
def stream_decode(tokens):
    held = b""
    for token in tokens:
        held += token
        try:
            text, held = held.decode("utf-8"), b""
        except UnicodeDecodeError as error:
            text, held = held[: error.start].decode("utf-8"), held[error.start :]
        yield text
    yield held.decode("utf-8", errors="replace")

# %% wrong drops_the_rest from codecs: what is left at the end is lost
#-     yield decoder.decode(b"", final=True)
#+     yield ""


# %% wrong each_token_alone: every token is decoded by itself, so that a character in two tokens becomes two replacement signs
def stream_decode(tokens):
    for token in tokens:
        yield token.decode("utf-8", errors="replace")
    yield ""


# %% wrong hides_replacement_signs: waits while the text ends in a replacement sign; complete characters in front of it wait, too
def stream_decode(tokens):
    held = b""
    for token in tokens:
        held += token
        text = held.decode("utf-8", errors="replace")
        if text.endswith("\ufffd"):
            yield ""
        else:
            held = b""
            yield text
    yield held.decode("utf-8", errors="replace")


# %% wrong holds_complete_characters: waits until everything that was held can be decoded; complete characters wait, and one bad byte blocks the rest
def stream_decode(tokens):
    held = b""
    for token in tokens:
        held += token
        try:
            text = held.decode("utf-8")
        except UnicodeDecodeError:
            yield ""
        else:
            held = b""
            yield text
    yield held.decode("utf-8", errors="replace")


# %% wrong ignores_incomplete: incomplete bytes are dropped by errors="ignore"
def stream_decode(tokens):
    for token in tokens:
        yield token.decode("utf-8", errors="ignore")
    yield ""

# %% wrong no_last_string from codecs: the string for what is left comes only if there is something left
#-     yield decoder.decode(b"", final=True)
#+     rest = decoder.decode(b"", final=True)
#+     if rest:
#+         yield rest

# %% wrong no_yield from codecs: prints the strings, and gives out none
#-         yield decoder.decode(token)
#-     yield decoder.decode(b"", final=True)
#+         print(decoder.decode(token), end="")
#+     print(decoder.decode(b"", final=True))

# %% wrong reads_ahead from codecs: reads all tokens first and returns a list
#-     for token in tokens:
#-         yield decoder.decode(token)
#-     yield decoder.decode(b"", final=True)
#+     return [decoder.decode(token) for token in tokens] + [decoder.decode(b"", final=True)]


# %% wrong returns_in_loop: return instead of yield, so that one string comes and no more
def stream_decode(tokens):
    held = b""
    for token in tokens:
        held += token
        try:
            return held.decode()
        except UnicodeDecodeError:
            continue
    return held.decode(errors="replace")

# %% wrong strips_bom from codecs: decodes with utf-8-sig, which swallows a byte order mark at the beginning
#-     decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
#+     decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")


# %% wrong three_bytes_at_most: knows no characters of four bytes
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

# %% wrong trusts_first_byte from iterator_class: waits for as many bytes as the first byte of a character announces, also where others follow
#- import re
#-
#- BEGINNING = re.compile(rb"(?:[\xc2-\xf4]|[\xe0-\xf4][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{2})\Z")
#+ LENGTH_OF = [1] * 0xC0 + [2] * 0x20 + [3] * 0x10 + [4] * 0x10

#-             data = self.held + next(self.tokens)
#+             self.held += next(self.tokens)

#-             self.ended = True
#-             return self.held.decode(errors="replace")
#-         match = BEGINNING.search(data)
#-         cut = match.start() if match else len(data)
#-         self.held = data[cut:]
#-         return data[:cut].decode(errors="replace")
#+             self.ended, cut = True, len(self.held)
#+         else:
#+             cut = len(self.held)
#+             for position in range(max(0, cut - 3), cut):
#+                 if position + LENGTH_OF[self.held[position]] > len(self.held):
#+                     cut = position
#+                     break
#+         text, self.held = self.held[:cut].decode(errors="replace"), self.held[cut:]
#+         return text

# %% wrong one_buffer_for_all_streams from by_table: what is held back stands outside the function, where two streams meet
#- def stream_decode(tokens):
#-     waiting = b""
#-     for token in tokens:
#+ waiting = b""
#+
#+
#+ def stream_decode(tokens):
#+     global waiting
#+     for token in tokens:

#-     yield waiting.decode("utf-8", errors="replace")
#+     rest, waiting = waiting, b""
#+     yield rest.decode("utf-8", errors="replace")

# %% wrong reads_on_to_a_whole_character from codecs: where a token ends inside a character, the next ones are asked for at once
#-     for token in tokens:
#-         yield decoder.decode(token)
#+     tokens = iter(tokens)
#+     for token in tokens:
#+         strings = [decoder.decode(token)]
#+         while decoder.getstate()[0] and (following := next(tokens, None)) is not None:
#+             strings.append(decoder.decode(following))
#+         yield from strings


# %% wrong replacement_signs_wait: signs � at the end of the text so far are held back, those that stand in the text as well
def stream_decode(tokens):
    data, given = b"", 0
    for token in tokens:
        data += token
        text = data.decode("utf-8", errors="replace").rstrip("\ufffd")
        yield text[given:]
        given = max(given, len(text))
    yield data.decode("utf-8", errors="replace")[given:]

# %% wrong universal_newlines from codecs: decodes as a text file is read, which makes \n of \r\n
#- import codecs
#+ import codecs
#+ import io

#-     decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
#+     decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")(errors="replace"), translate=True)


# %% wrong composed_accents: the strings are brought into Unicode's composed form
def stream_decode(tokens):
    import codecs
    from unicodedata import normalize

    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for token in tokens:
        yield normalize("NFC", decoder.decode(token))
    yield decoder.decode(b"", final=True)
