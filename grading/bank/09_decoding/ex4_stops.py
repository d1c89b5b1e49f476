"""Answers to ex4_stops of 09_decoding, right and wrong; how to read and write them: grading/answers.py."""


# %% correct positions: the whole text is kept, with a mark of what was shown
def until_stop(pieces, stops):
    if "" in stops:
        raise ValueError("empty stop word")
    text, n_shown = "", 0
    for piece in pieces:
        text += piece
        places = [i for i in (text.find(stop, n_shown) for stop in stops) if i >= 0]
        if places:
            if min(places) > n_shown:
                yield text[n_shown : min(places)]
            return
        until = len(text)
        for place in range(n_shown, len(text)):
            if any(stop.startswith(text[place:]) for stop in stops):
                until = place
                break
        if until > n_shown:
            yield text[n_shown:until]
            n_shown = until
    if n_shown < len(text):
        yield text[n_shown:]


# %% correct letters: shown letter by letter
def until_stop(pieces, stops):
    for stop in stops:
        if len(stop) == 0:
            raise ValueError("a stop word has no letters")

    def letters():
        held = ""
        for piece in pieces:
            held = held + piece
            while held:
                if any(held.startswith(stop) for stop in stops):
                    return
                if any(held == stop[: len(held)] for stop in stops):
                    later = [i for i in range(1, len(held)) if any(held[i:].startswith(s) for s in stops)]
                    if later:
                        yield held[: later[0]]
                        return
                    break
                yield held[0]
                held = held[1:]
        if held:
            yield held

    return letters()


# %% correct regex: the stop words as a pattern
def until_stop(pieces, stops):
    import re

    if not all(map(len, stops)):
        raise ValueError("empty")
    beginnings = {stop[:n] for stop in stops for n in range(1, len(stop))}
    pattern = re.compile("|".join(map(re.escape, stops))) if stops else None
    held = ""
    for piece in pieces:
        held += piece
        match = pattern.search(held) if pattern else None
        if match:
            if match.start():
                yield held[: match.start()]
            return
        keep = max((n for n in range(len(held) + 1) if held[len(held) - n :] in beginnings), default=0)
        if len(held) > keep:
            yield held[: len(held) - keep]
        held = held[len(held) - keep :]
    if held:
        yield held


# %% wrong piece_by_piece: only whole stop words inside one piece are seen
def until_stop(pieces, stops):
    if not all(stops):
        raise ValueError("empty")
    for piece in pieces:
        places = [piece.find(stop) for stop in stops if stop in piece]
        if places:
            if min(places):
                yield piece[: min(places)]
            return
        if piece:
            yield piece


# %% wrong at_the_end: nothing is shown before the end
def until_stop(pieces, stops):
    if not all(stops):
        raise ValueError("empty")
    text = ""
    for piece in pieces:
        text += piece
        places = [text.find(stop) for stop in stops if stop in text]
        if places:
            text = text[: min(places)]
            break
    if text:
        yield text


# %% wrong always_holds: as many letters as the longest stop word may lack are held back
def until_stop(pieces, stops):
    if not all(stops):
        raise ValueError("empty")
    held, longest = "", max(map(len, stops), default=1) - 1
    for piece in pieces:
        held += piece
        places = [held.find(stop) for stop in stops if stop in held]
        if places:
            if min(places):
                yield held[: min(places)]
            return
        show = held[: max(len(held) - longest, 0)]
        held = held[len(show) :]
        if show:
            yield show
    if held:
        yield held


# %% wrong with_stop from reference: the stop word is shown
#-             if min(places):
#-                 yield held[: min(places)]
#-             return
#+             yield held[: max(min(places), 1)]
#+             return

# %% wrong shortest_end from reference: the shortest end is held back, not the longest
#-             (n for n in range(min(longest, len(held)), 0, -1) if any(s.startswith(held[-n:]) for s in stops)), 0
#+             (n for n in range(1, min(longest, len(held)) + 1) if any(s.startswith(held[-n:]) for s in stops)), 0

# %% wrong first_stop_word from reference: the stop word named first decides
#-         places = [held.find(stop) for stop in stops if stop in held]
#+         places = [held.find(stop) for stop in stops if stop in held][:1]

# %% wrong last_place from reference: the last place is taken
#-             if min(places):
#-                 yield held[: min(places)]
#-             return
#+             if max(places):
#+                 yield held[: max(places)]
#+             return

# %% wrong rfind from reference: the last occurrence of a stop word
#-         places = [held.find(stop) for stop in stops if stop in held]
#+         places = [held.rfind(stop) for stop in stops if stop in held]

# %% wrong held_lost from reference: what was held back is lost at the end
#-     if held:
#-         yield held
#+     held = ""

# %% wrong empty_strings from reference: empty strings are yielded
#-         if show:
#-             yield show
#+         yield show

# %% wrong empty_at_stop from reference: an empty string is yielded before a stop word
#-             if min(places):
#-                 yield held[: min(places)]
#-             return
#+             yield held[: min(places)]
#+             return

# %% wrong reads_on from reference: the pieces are read to the end
#-             return
#+             for piece in pieces:
#+                 pass
#+             return

# %% wrong reads_first from reference: all pieces are read at first
#-     for piece in pieces:
#+     for piece in list(pieces):

# %% wrong first_stop_only_held from reference: only beginnings of the first stop word are held back
#-             (n for n in range(min(longest, len(held)), 0, -1) if any(s.startswith(held[-n:]) for s in stops)), 0
#+             (n for n in range(min(longest, len(held)), 0, -1) if any(s.startswith(held[-n:]) for s in stops[:1])), 0

# %% wrong one_too_few from reference: the longest beginning is not held back
#-         longest = max(map(len, stops), default=1) - 1
#+         longest = max(map(len, stops), default=1) - 2

# %% wrong no_stops from reference: fails without stop words
#-         longest = max(map(len, stops), default=1) - 1
#+         longest = max(map(len, stops)) - 1

# %% wrong unchecked from reference: an empty stop word is not refused
#-     if not all(stops):
#-         raise ValueError("an empty stop word would end every text at once")
#+     stops = list(stops)

# %% wrong stripped from reference: white space at the end is not shown
#-         if show:
#-             yield show
#+         if show.strip():
#+             yield show

# %% wrong first_checked from reference: only the first stop word is checked
#-     if not all(stops):
#+     if stops and not stops[0]:
