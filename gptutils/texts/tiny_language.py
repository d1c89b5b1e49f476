"""A language of tiny stories whose entropy is known exactly: the floor that no model's loss can go below.

A `Language` writes a text in steps. In each state it picks one of a few phrases at random, writes it, and goes on to
the state that the phrase leads to. A state carries all that has to be remembered (who the story is about, what was
lost, where it has been looked for), so phrases far apart depend on each other, as in real text. In no state is one
phrase the beginning of another: a text can be read back in one way only, and its probability is the product of the
probabilities of its phrases. Entropies then need no sampling: by the chain rule, the entropy of a story is the sum of

    (probability that a story comes through the state) x (entropy of the choice made there)

over all states, and a stream of independent stories has the entropy of one story divided by its mean length.
(Shannon 1948, "A mathematical theory of communication", section 7; Cover and Thomas 2006, chapters 2 and 4.)
"""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cache, cached_property
from itertools import accumulate, pairwise

State = Hashable  # what has been decided so far and still matters; None when the text is complete
Phrase = tuple[int, str, State]  # weight, text, state that follows


class Language:
    """A probability distribution over texts: states, and in each of them some phrases to choose from.

    Parameters
    ----------
    start : the state in which every text begins; anything hashable but ``None``.
    phrases : gives for a state its phrases ``(weight, text, next_state)``. Weights are positive whole numbers; a phrase
        is chosen with probability weight / sum of weights. ``next_state`` is ``None`` where the text ends. No path
        leads from a state back to it, so that every text ends.

    Raises
    ------
    ValueError : by any method, when it comes to a state whose phrases are no such distribution.

    Examples
    --------
    >>> coins = {"first": [(3, "heads, ", "second"), (1, "tails, ", "second")],
    ...          "second": [(1, "heads", None), (1, "tails", None)]}
    >>> language = Language("first", coins.__getitem__)
    >>> round(math.exp(language.logprob("tails, heads")), 6)  # 1/4 x 1/2
    0.125
    >>> language.next_characters("heads, t")
    {'a': 1.0}
    >>> language.mean_length()  # 5 + 2 + 5 letters, comma, space; and the separator
    13.0
    """

    def __init__(self, start: State, phrases: Callable[[State], Iterable[Phrase]]) -> None:
        self.start = start
        self._phrases = phrases
        self._choices = cache(self._read_choices)

    def _read_choices(self, state: State) -> tuple[list[float], list[str], list[State]]:
        """Probabilities, texts and next states of a state's phrases, sorted by text."""
        phrases = sorted(self._phrases(state), key=lambda phrase: phrase[1])
        if not phrases:
            raise ValueError(f"state {state!r} has no phrases: give it some, or end the text before it with None")
        weights, texts, states = (list(column) for column in zip(*phrases, strict=True))
        if not all(isinstance(weight, int) and weight > 0 for weight in weights):
            raise ValueError(f"state {state!r} has the weights {weights}, expected positive whole numbers")
        if "" in texts:
            raise ValueError(f"state {state!r} has an empty phrase: write it into the phrases before or behind")
        for text, other in pairwise(texts):  # sorted: a common beginning shows between neighbours
            if other.startswith(text):
                raise ValueError(
                    f"state {state!r}: {text!r} is the beginning of {other!r}, so a text could be read in two ways; "
                    "change one of them"
                )
        total = sum(weights)
        return [weight / total for weight in weights], texts, states

    def sample(self, rng: random.Random) -> str:
        """Draw one text. It depends on ``rng.random()`` alone, the same in every version of Python."""
        pieces = []
        state = self.start
        while state is not None:
            probabilities, texts, states = self._choices(state)
            # min: rounding may leave the last cumulative probability a hair below 1
            chosen = min(bisect(list(accumulate(probabilities)), rng.random()), len(texts) - 1)
            pieces.append(texts[chosen])
            state = states[chosen]
        return "".join(pieces)

    def logprob(self, text: str) -> float:
        """Natural logarithm of the probability of a whole text; ``ValueError`` if the language never writes it."""
        logprob, state, position = self._read(text)
        if state is not None or position < len(text):
            problem = "has its end" if state is None else "can only be followed by another phrase"
            raise ValueError(
                f"the language never writes this text: {text[:position][-40:]!r} {problem}, "
                f"but {text[position:][:40]!r} follows; give one whole text, without a separator"
            )
        return logprob

    def next_characters(self, beginning: str, separator: str = "\n") -> dict[str, float]:
        """Probability of every possible next character after the beginning of a text, the most likely first.

        After a complete text that is the first character of ``separator``. ``ValueError`` if no text begins so.
        """
        _, state, position = self._read(beginning)
        rest = beginning[position:]
        if state is None and not rest:
            return {separator[0]: 1.0} if separator else {}
        masses: dict[str, float] = defaultdict(float)
        if state is not None:
            probabilities, texts, _ = self._choices(state)
            for probability, text in zip(probabilities, texts, strict=True):
                if text.startswith(rest):
                    masses[text[len(rest)]] += probability
        if not masses:
            raise ValueError(
                f"no text of the language begins like this: {rest[:40]!r} cannot follow {beginning[:position][-40:]!r}"
            )
        total = math.fsum(masses.values())
        return {character: masses[character] / total for character in sorted(masses, key=lambda c: (-masses[c], c))}

    def _read(self, text: str) -> tuple[float, State, int]:
        """Follow a text phrase by phrase: log-probability, state reached, and how many characters were read so far."""
        logprob = 0.0
        state = self.start
        position = 0
        while state is not None:
            probabilities, texts, states = self._choices(state)
            # sorted and without common beginnings: only the last phrase that is not greater than the rest can fit
            found = bisect(texts, text[position:]) - 1
            if found < 0 or not text.startswith(texts[found], position):
                break
            logprob += math.log(probabilities[found])
            position += len(texts[found])
            state = states[found]
        return logprob, state, position

    def mean_length(self, separator: str = "\n") -> float:
        """Mean number of characters of a text and the separator behind it."""
        return self._entropy_and_length[1] + len(separator)

    def entropy(self, context_length: int | None = None, separator: str = "\n") -> float:
        """Exact entropy of a stream of independent texts, in nats per character; divide by ln 2 for bits.

        Parameters
        ----------
        context_length : ``None`` for the entropy rate, the smallest mean loss that any model can reach. A number k for
            the smallest loss of a model that sees only the last k characters of the stream: 0 for the best unigram
            model, 1 for the best bigram model, and so on, falling towards the entropy rate.
        separator : stands behind every text and counts as characters of the stream.

        Raises
        ------
        TypeError, ValueError : context_length is no whole number, or below 0.
        """
        if context_length is None:
            return self._entropy_and_length[0] / self.mean_length(separator)
        if isinstance(context_length, bool) or not isinstance(context_length, int):
            raise TypeError(
                f"context_length is {context_length!r}, expected a whole number of characters, or None for all"
            )
        if context_length < 0:
            raise ValueError(f"context_length is {context_length}, expected 0 or more characters, or None for all")
        contexts: dict[str, float] = defaultdict(float)
        counts = self._ngram_counts(context_length + 1, separator)
        for ngram, count in counts.items():
            contexts[ngram[:-1]] += count
        surprise = math.fsum(count * math.log(contexts[ngram[:-1]] / count) for ngram, count in counts.items())
        return surprise / math.fsum(counts.values())

    @cached_property
    def _entropy_and_length(self) -> tuple[float, float]:
        """Entropy of one text in nats, and its mean number of characters."""
        entropies = []
        lengths = []
        visits: Mapping[State, float] = {self.start: 1.0}  # probability that a text comes through each state
        while visits:
            following: dict[State, float] = defaultdict(float)
            for state, visit in visits.items():
                for probability, text, next_state in zip(*self._choices(state), strict=True):
                    entropies.append(-visit * probability * math.log(probability))
                    lengths.append(visit * probability * len(text))
                    if next_state is not None:
                        following[next_state] += visit * probability
            visits = following
        return math.fsum(entropies), math.fsum(lengths)

    def _ngram_counts(self, n: int, separator: str) -> dict[str, float]:
        """How many times, on average, each n-gram ends inside one text (and its separator) of an endless stream."""
        tails = {"": 1.0}  # the n - 1 characters before a text begins -> how likely they are
        while True:
            counts, following = self._count_ngrams(n, tails, separator)
            if all(len(tail) == n - 1 for tail in tails):
                return counts
            tails = following  # one text further from the beginning of the stream

    def _count_ngrams(
        self, n: int, tails: Mapping[str, float], separator: str
    ) -> tuple[dict[str, float], dict[str, float]]:
        """n-grams of one text behind one of ``tails``, and the tails that this text leaves."""

        @cache
        def tail_of(text: str) -> str:
            return text[max(0, len(text) - n + 1) :]

        written: dict[tuple[str, str], float] = defaultdict(float)  # (tail, text behind it) -> how often
        last: dict[str, float] = defaultdict(float)
        visits: Mapping[tuple[State, str], float] = {(self.start, tail): weight for tail, weight in tails.items()}
        while visits:
            following: dict[tuple[State, str], float] = defaultdict(float)
            for (state, tail), visit in visits.items():
                for probability, phrase, next_state in zip(*self._choices(state), strict=True):
                    text = phrase if next_state is not None else phrase + separator
                    written[tail, text] += visit * probability
                    new_tail = tail_of(tail + text)
                    if next_state is None:
                        last[new_tail] += visit * probability
                    else:
                        following[next_state, new_tail] += visit * probability
            visits = following
        counts: dict[str, float] = defaultdict(float)
        for (tail, text), weight in written.items():
            both = tail + text
            for end in range(n, len(both) + 1):  # the tail alone is shorter than n
                counts[both[end - n : end]] += weight
        return dict(counts), dict(last)


# The tiny stories: somebody loses a thing, looks for it, and it is found. Numbers are weights.

_HEROES = {
    "Anna": ("girl", 5),
    "Tom": ("boy", 4),
    "Mia": ("girl", 3),
    "Ben": ("boy", 3),
    "Zoe": ("girl", 2),
    "Hugo": ("boy", 1),
}
_PRONOUNS = {"girl": ("she", "her"), "boy": ("he", "his")}
_TRAITS = {"hungry": 3, "sleepy": 2, "brave": 2}
_ANIMALS = {"dog": 4, "cat": 3, "goat": 2, "hen": 2}
_LOOKS = {"a small": 4, "an old": 3, "a fat": 2, "a clever": 2, "a shy": 1, "a very fast": 1}
_WEATHERS = {"rainy": 4, "sunny": 3, "windy": 3, "cold": 2, "foggy": 1}
_TIMES = {"morning": 3, "evening": 2, "day": 2}
_COLOURS = {"red": 3, "blue": 2, "green": 2}
_THINGS = {"ball": 3, "kite": 2, "hat": 2, "drum": 1}
_ASKED = {"asked": 3, "whispered to": 1, "begged": 1}
_SOUNDS = {"dog": "Woof", "cat": "Meow", "goat": "Baa", "hen": "Cluck"}
_PLACES = {"under the bed": 3, "behind the barn": 3, "in the garden": 2, "up the tree": 2, "by the river": 2}
_JUNK = {"a shoe": 4, "two frogs": 3, "some mud": 3, "an apple": 2, "nothing": 2, "a cross old bee": 1, "the moon": 1}
_FOUND = {1: 3, 2: 5, 3: 1}  # places searched -> weight of finding it, against 2 for searching on; after 3 it is found
_TREATS = {
    "dog": {"a bone": 6, "a pat": 2, "a biscuit": 1},
    "cat": {"some milk": 6, "a pat": 2, "a fish": 2},
    "goat": {"a carrot": 5, "a pat": 2, "an old sock": 2},
    "hen": {"some corn": 6, "a biscuit": 2},
}
_ENDINGS = {
    "hungry": {"ate three bowls of soup": 6, "slept very well": 1, "dreamed of the sea": 1},
    "sleepy": {"slept very well": 6, "ate three bowls of soup": 1, "dreamed of the sea": 2},
    "brave": {"dreamed of the sea": 4, "sang to the moon": 4, "slept very well": 1},
}


def _she_her(name: str) -> tuple[str, str]:
    return _PRONOUNS[_HEROES[name][0]]


def _begin() -> Iterable[Phrase]:
    for name, (kind, likely) in _HEROES.items():
        for trait, weight in _TRAITS.items():
            state = ("animal", name, trait)
            yield 2 * likely * weight, f"Once there was a {trait} {kind} called {name}. ", state
            yield likely * weight, f"{name} was a {trait} {kind}. ", state


def _animal(name: str, trait: str) -> Iterable[Phrase]:
    she, her = _she_her(name)
    for animal, likely in _ANIMALS.items():
        for look, weight in _LOOKS.items():
            state = ("day", name, trait, animal)
            yield 2 * likely * weight, f"{she.title()} had {look} {animal}. ", state
            yield likely * weight, f"{her.title()} best friend was {look} {animal}. ", state


def _day(*memory: str) -> Iterable[Phrase]:
    for weather, likely in _WEATHERS.items():
        for time, weight in _TIMES.items():
            yield likely * weight, f"One {weather} {time} ", ("loss", *memory)


def _loss(name: str, trait: str, animal: str) -> Iterable[Phrase]:
    she, her = _she_her(name)
    for colour, likely in _COLOURS.items():
        for thing, weight in _THINGS.items():
            item = f"{colour} {thing}"
            state = ("question", name, trait, animal, item)
            yield 2 * likely * weight, f"{name} lost {her} {item}. ", state
            yield likely * weight, f"{she} could not find {her} {item}. ", state


def _question(name: str, trait: str, animal: str, item: str) -> Iterable[Phrase]:
    for who, likely in {_she_her(name)[0]: 2, name: 1}.items():
        for asked, weight in _ASKED.items():
            yield (
                likely * weight,
                f'"Where is my {item}?" {who} {asked} the {animal}. ',
                ("answer", name, trait, animal, item),
            )


def _answer(name: str, trait: str, animal: str, item: str) -> Iterable[Phrase]:
    state = ("search", name, trait, animal, item)
    yield 3, f'"{_SOUNDS[animal]}," said the {animal}. ', state
    yield 1, f"The {animal} said nothing. ", state


def _search(name: str, trait: str, animal: str, item: str, *searched: str) -> Iterable[Phrase]:
    she, _ = _she_her(name)
    for place, weight in _PLACES.items():
        if place in searched:
            continue
        if len(searched) < 3:
            # sorted: where it was looked for matters later on, in which order does not
            state = ("nothing", name, trait, animal, item, *sorted((*searched, place)))
            yield 6 * weight, f"{she.title()} looked {place} and found ", state
        if searched:
            found = weight * _FOUND[len(searched)]
            state = ("reward", name, trait, animal)
            yield 2 * found, f"At last the {animal} found the {item} {place}! ", state
            yield found, f"At last {name} saw the {item} {place}! ", state


def _nothing(*memory: str) -> Iterable[Phrase]:
    for junk, weight in _JUNK.items():
        yield weight, f"{junk}. ", ("search", *memory)


def _reward(name: str, trait: str, animal: str) -> Iterable[Phrase]:
    for treat, weight in _TREATS[animal].items():
        yield 2 * weight, f"{_she_her(name)[0].title()} gave the {animal} {treat}. ", ("end", name, trait)
        yield weight, f"{name} gave the {animal} {treat}. ", ("end", name, trait)


def _end(name: str, trait: str) -> Iterable[Phrase]:
    for ending, weight in _ENDINGS[trait].items():
        yield 2 * weight, f"That night {name} {ending}.", None
        yield weight, f"That night the {trait} {_HEROES[name][0]} {ending}.", None


_STAGES: dict[str, Callable[..., Iterable[Phrase]]] = {
    "begin": _begin,
    "animal": _animal,
    "day": _day,
    "loss": _loss,
    "question": _question,
    "answer": _answer,
    "search": _search,
    "nothing": _nothing,
    "reward": _reward,
    "end": _end,
}


def _story_phrases(state: tuple[str, ...]) -> Iterable[Phrase]:
    stage, *memory = state
    return _STAGES[stage](*memory)


TINY_STORIES = Language(("begin",), _story_phrases)
"""The language of `tiny_stories`."""


def tiny_stories(n_stories: int, seed: int = 0, separator: str = "\n") -> str:
    r"""Random tiny stories, each with ``separator`` behind it: a text whose entropy is known exactly.

    Parameters
    ----------
    n_stories : how many stories; about 350 characters each on average.
    seed : chooses the stories; the same seed gives the same text on every machine and in every version of Python, and
        fewer stories of the same seed are the beginning of more.
    separator : stands behind every story, the last one included.

    Returns
    -------
    The text, of ASCII characters only.

    Raises
    ------
    TypeError, ValueError : n_stories or seed is no whole number, n_stories is below 1, or seed below 0.

    Examples
    --------
    >>> tiny_stories(1, seed=3)[:52]
    'Once there was a brave boy called Ben. He had an old'
    >>> tiny_stories(100, seed=3).count("\n")
    100
    """
    for name, value, least in (("n_stories", n_stories, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} is {value!r}, expected a whole number")
        if value < least:
            raise ValueError(f"{name} is {value}, expected {least} or more")
    rng = random.Random(seed)
    return "".join(TINY_STORIES.sample(rng) + separator for _ in range(n_stories))


def tiny_stories_entropy(context_length: int | None = None, separator: str = "\n") -> float:
    """Exact entropy of the tiny stories in nats per character: the floor of every model's mean loss on them.

    Parameters
    ----------
    context_length : ``None`` for the entropy rate, which no model can beat. A number k for the floor of models that
        see the last k characters only: 0 for the best unigram model, 1 for the best bigram model, and so on. The story
        remembers names and places for hundreds of characters, so every longer context gains something.
        Takes seconds for k up to 20.
    separator : stands behind every story (see `tiny_stories`); its characters count, though they cost nothing.

    Returns
    -------
    Nats per character; divide by ln 2 for bits.

    Raises
    ------
    TypeError, ValueError : context_length is no whole number, or below 0.

    Examples
    --------
    >>> [round(tiny_stories_entropy(k), 3) for k in (0, 1, None)]
    [2.975, 1.932, 0.073]
    """
    return TINY_STORIES.entropy(context_length, separator)


def tiny_story_logprob(story: str) -> float:
    """Exact natural logarithm of the probability of one tiny story (without its separator).

    Raises
    ------
    ValueError : the language never writes this story, so its probability is 0.

    Examples
    --------
    >>> story = tiny_stories(1, seed=3).removesuffix("\\n")
    >>> round(tiny_story_logprob(story), 2)
    -23.28
    """
    return TINY_STORIES.logprob(story)


def tiny_story_next_characters(beginning: str) -> dict[str, float]:
    """True probabilities of the next character after the beginning of a tiny story, the most likely first.

    This is what a perfect model predicts. After a whole story the separator's newline follows.

    Raises
    ------
    ValueError : no tiny story begins like this.

    Examples
    --------
    >>> tiny_story_next_characters("Anna was a hungry ")
    {'g': 1.0}
    >>> chances = tiny_story_next_characters("Anna was a hungry girl. She had a")  # a fat dog, an old dog
    >>> {character: round(chance, 4) for character, chance in chances.items()}
    {' ': 0.7692, 'n': 0.2308}
    """
    return TINY_STORIES.next_characters(beginning)
