"""The entropy of the tiny stories, held against enumeration, against samples and against itself."""

import hashlib
import math
from collections import Counter
from itertools import pairwise, product

import pytest

from gptutils.texts import tiny_language
from gptutils.texts.tiny_language import (
    TINY_STORIES,
    Language,
    tiny_stories,
    tiny_stories_entropy,
    tiny_story_logprob,
    tiny_story_next_characters,
)

N_STORIES = 20_000

# Small enough to enumerate by hand: the second phrase depends on the first one, and texts differ in length.
WEATHER = {
    "start": [(3, "sun", "sunny"), (1, "a cloud", "cloudy")],
    "sunny": [(1, " shines", None), (1, " sets", "evening")],
    "cloudy": [(5, " rains", None), (2, " passes", "evening")],
    "evening": [(1, "; night", None)],
}


def enumerate_texts(language):
    """Every text of a language with its probability, by plain recursion over its phrases."""

    def walk(state, text, probability):
        if state is None:
            yield text, probability
            return
        phrases = list(language._phrases(state))
        total = sum(weight for weight, _, _ in phrases)
        for weight, phrase, following in phrases:
            yield from walk(following, text + phrase, probability * weight / total)

    return list(walk(language.start, "", 1.0))


def brute_force_entropy(texts, context_length, separator, n_before):
    """Conditional entropy of a character given the last ones, from all ways to write ``n_before`` + 1 texts in a
    row."""
    ngrams = Counter()
    for row in product(texts, repeat=n_before + 1):
        before = "".join(text + separator for text, _ in row[:-1])
        stream = before + row[-1][0] + separator
        for i in range(len(before), len(stream)):
            assert i >= context_length, "the test needs more texts before the counted one"
            ngrams[stream[i - context_length : i + 1]] += math.prod(probability for _, probability in row)
    contexts = Counter()
    for ngram, count in ngrams.items():
        contexts[ngram[:-1]] += count
    total = sum(ngrams.values())
    return -sum(count / total * math.log(count / contexts[ngram[:-1]]) for ngram, count in ngrams.items())


@pytest.fixture(scope="module")
def stories():
    return tiny_stories(N_STORIES, seed=1).removesuffix("\n").split("\n")


@pytest.fixture(scope="module")
def logprobs(stories):
    return [tiny_story_logprob(story) for story in stories]


@pytest.fixture
def small_stories(monkeypatch):
    """The grammar of the tiny stories itself, with few words: all its stories can be listed."""
    for name, words in {
        "_HEROES": ("Anna", "Tom"),
        "_TRAITS": ("hungry", "brave"),
        "_ANIMALS": ("cat", "hen"),
        "_LOOKS": ("an old",),
        "_WEATHERS": ("rainy",),
        "_TIMES": ("day",),
        "_COLOURS": ("red",),
        "_THINGS": ("ball", "hat"),
        "_ASKED": ("asked",),
        "_PLACES": ("under the bed", "up the tree"),
        "_JUNK": ("a shoe",),
    }.items():
        table = getattr(tiny_language, name)
        monkeypatch.setattr(tiny_language, name, {word: table[word] for word in words})
    # two places: after both were searched nothing would be left to find it in
    phrases = tiny_language._story_phrases

    def at_most_one_search(state):
        for weight, text, following in phrases(state):
            if not (state[0] == "search" and len(state) > 5 and following[0] == "nothing"):
                yield weight, text, following

    return Language(("begin",), at_most_one_search)


# A language that can be enumerated


def test_probabilities_of_all_texts_by_hand():
    language = Language("start", WEATHER.__getitem__)
    by_hand = {
        "sun shines": 3 / 8,
        "sun sets; night": 3 / 8,
        "a cloud rains": 5 / 28,
        "a cloud passes; night": 2 / 28,
    }
    assert sum(by_hand.values()) == pytest.approx(1)
    for text, probability in by_hand.items():
        assert math.exp(language.logprob(text)) == pytest.approx(probability)
    assert language.mean_length() == pytest.approx(sum(p * (len(text) + 1) for text, p in by_hand.items()))
    nats = -sum(p * math.log(p) for p in by_hand.values())
    assert language.entropy() == pytest.approx(nats / language.mean_length())
    assert language.entropy(separator=" ### ") == pytest.approx(nats / (language.mean_length() + 4))


@pytest.mark.parametrize("separator", ["\n", "<|end|>", ""])
@pytest.mark.parametrize("context_length", [0, 1, 2, 3, 5, 9, 10, 14, 20])
def test_entropy_with_short_contexts_is_that_of_all_rows_of_texts(context_length, separator):
    language = Language("start", WEATHER.__getitem__)
    n_before = 1 + context_length // (len("sun shines") + len(separator))
    expected = brute_force_entropy(enumerate_texts(language), context_length, separator, n_before)
    assert language.entropy(context_length, separator) == pytest.approx(expected, rel=1e-12)


def test_all_small_stories_sum_to_one_and_have_the_computed_entropy(small_stories):
    texts = enumerate_texts(small_stories)
    assert len(texts) > 5_000
    assert len({text for text, _ in texts}) == len(texts)  # no story can be written in two ways
    assert math.fsum(p for _, p in texts) == pytest.approx(1, abs=1e-12)
    for text, probability in texts[::7]:
        assert small_stories.logprob(text) == pytest.approx(math.log(probability), abs=1e-9)
    nats = -math.fsum(p * math.log(p) for _, p in texts)
    length = math.fsum(p * (len(text) + 1) for text, p in texts)
    assert small_stories.mean_length() == pytest.approx(length, rel=1e-12)
    assert small_stories.entropy() == pytest.approx(nats / length, rel=1e-12)


# The tiny stories


def test_mean_surprise_of_samples_converges_to_the_entropy(stories, logprobs):
    """The surprise of each story minus the entropy of its characters has mean 0; four standard errors are allowed."""
    entropy = tiny_stories_entropy()

    def deviation(entropy):
        errors = [-lp - entropy * (len(story) + 1) for story, lp in zip(stories, logprobs, strict=True)]
        mean = sum(errors) / N_STORIES
        spread = math.sqrt(sum((error - mean) ** 2 for error in errors) / (N_STORIES - 1))
        return mean / (spread / math.sqrt(N_STORIES))

    assert abs(deviation(entropy)) < 4
    assert abs(deviation(entropy * 1.01)) > 4  # the samples would show an error of 1 %
    assert abs(deviation(entropy * 0.99)) > 4


def test_mean_length_of_samples_converges(stories):
    lengths = [len(story) + 1 for story in stories]
    mean = sum(lengths) / N_STORIES
    spread = math.sqrt(sum((length - mean) ** 2 for length in lengths) / N_STORIES)
    assert abs(mean - TINY_STORIES.mean_length()) < 4 * spread / math.sqrt(N_STORIES)


def test_every_probability_is_the_product_of_its_characters(stories):
    for story in stories[:20]:
        logprob = 0.0
        for i, character in enumerate(story + "\n"):
            chances = tiny_story_next_characters(story[:i])
            assert math.fsum(chances.values()) == pytest.approx(1)
            assert list(chances.values()) == sorted(chances.values(), reverse=True)
            logprob += math.log(chances[character])
        assert logprob == pytest.approx(tiny_story_logprob(story))


@pytest.mark.slow
@pytest.mark.parametrize("context_length", [0, 1, 2])
def test_short_contexts_agree_with_counted_samples(stories, context_length):
    stream = "\n".join(stories) + "\n"
    ngrams = Counter(stream[i : i + context_length + 1] for i in range(len(stream) - context_length))
    contexts = Counter()
    for ngram, count in ngrams.items():
        contexts[ngram[:-1]] += count
    total = sum(ngrams.values())
    counted = -sum(count / total * math.log(count / contexts[ngram[:-1]]) for ngram, count in ngrams.items())
    assert tiny_stories_entropy(context_length) == pytest.approx(counted, rel=2e-3)


@pytest.mark.slow
def test_longer_contexts_gain_and_never_beat_the_entropy_rate():
    floors = [tiny_stories_entropy(context_length) for context_length in (0, 1, 2, 4, 8, 16)]
    gains = [shorter - longer for shorter, longer in pairwise(floors)]
    assert min(gains) > 0.01
    assert floors[-1] > 1.3 * tiny_stories_entropy()  # names and places are remembered over more than 16 characters


def test_separators_add_characters_but_no_surprise():
    nats = tiny_stories_entropy() * TINY_STORIES.mean_length()
    separator = "<|endoftext|>"
    assert TINY_STORIES.mean_length(separator) == pytest.approx(TINY_STORIES.mean_length() + len(separator) - 1)
    assert tiny_stories_entropy(separator=separator) * TINY_STORIES.mean_length(separator) == pytest.approx(nats)
    assert tiny_stories(5, separator=separator) == tiny_stories(5).replace("\n", separator)


def test_the_same_seed_gives_the_same_stories_everywhere():
    text = tiny_stories(1_000, seed=123)
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == "4d41a75c7bdb393ea3868e0d75a0c2bf599442202a32d9005e6b2329b9a61d61"
    assert text.startswith(tiny_stories(10, seed=123))
    assert tiny_stories(10, seed=124) != tiny_stories(10, seed=123)


def test_stories_are_plain_lines_of_ascii(stories):
    assert len(stories) == N_STORIES
    assert all(story.isascii() and story.isprintable() and story.endswith(".") for story in stories)
    assert all("  " not in story and story == story.strip() for story in stories)


def test_a_story_agrees_with_itself_from_beginning_to_end(stories):
    pronouns = {"girl": ("She", "He"), "boy": ("He", "She")}
    searched_twice = 0
    for story in stories[:2_000]:
        kind = "girl" if " girl" in story else "boy"
        words = story.replace('"', " ").replace(".", " ").replace(",", " ").split()
        ours, theirs = pronouns[kind]
        assert theirs not in words
        assert theirs.lower() not in words
        assert ours in words
        (name,) = {"Anna", "Tom", "Mia", "Ben", "Zoe", "Hugo"} & set(words)
        (animal,) = {"dog", "cat", "goat", "hen"} & set(words)
        (item,) = {
            f"{c} {t}"
            for c, t in product(("red", "blue", "green"), ("ball", "kite", "hat", "drum"))
            if f"{c} {t}" in story
        }
        assert words.count(name) >= 1
        assert words.count(animal) >= 4
        assert story.count(item) == 3
        places = [place for place in tiny_language._PLACES if place in story]
        assert sum(story.count(place) for place in places) == len(places)  # never the same place twice
        searched_twice += len(places) > 2
        treats = {"a bone": "dog", "some milk": "cat", "a fish": "cat", "a carrot": "goat", "some corn": "hen"}
        assert all(treats[treat] == animal for treat in treats if f"gave the {animal} {treat}." in story)
    assert searched_twice > 100


def test_the_next_character_depends_on_what_was_said_long_before():
    rest = (
        ' had an old dog. One rainy day {name} lost {her} red kite. "Where is my red kite?" {she} asked the dog. '
        '"Woof," said the dog. {She} looked under the bed and found nothing. '
        "At last the dog found the red kite up the tree! "
    )
    girl = "Mia was a sleepy girl. She" + rest.format(name="Mia", her="her", she="she", She="She")
    boy = "Tom was a sleepy boy. He" + rest.format(name="Tom", her="his", she="he", She="He")
    assert tiny_story_next_characters(girl) == pytest.approx({"S": 2 / 3, "M": 1 / 3})
    assert tiny_story_next_characters(boy) == pytest.approx({"H": 2 / 3, "T": 1 / 3})
    end = "She gave the dog a bone. That night Mia "
    assert tiny_story_next_characters(girl + end) == pytest.approx({"s": 6 / 9, "d": 2 / 9, "a": 1 / 9})
    hungry = (girl + end).replace("sleepy", "hungry")
    assert tiny_story_next_characters(hungry) == pytest.approx({"a": 6 / 8, "s": 1 / 8, "d": 1 / 8})
    assert tiny_story_next_characters(girl + end + "slept very well.") == {"\n": 1.0}


WRONG_STORIES = {
    "empty": lambda story: "",
    "ends early": lambda story: story[:-1],
    "goes on": lambda story: story + " ",
    "with its separator": lambda story: story + "\n",
    "two stories": lambda story: story + story,
    "another pronoun": lambda story: story.replace("He had", "She had").replace(
        "She had", "He had", story.count("He had") == 0
    ),
    "small letters": str.lower,
    "another language": lambda story: "Zweimal drei macht vier.",
    "an unknown name": lambda story: story.replace("Ben", "Bob"),
}


@pytest.mark.parametrize("change", WRONG_STORIES)
def test_stories_outside_of_the_language_have_no_probability(change):
    story = tiny_stories(1, seed=3).removesuffix("\n")
    assert "Ben" in story
    assert "He had" in story
    assert tiny_story_logprob(story) < 0
    with pytest.raises(ValueError, match="never writes this text"):
        tiny_story_logprob(WRONG_STORIES[change](story))


@pytest.mark.parametrize("beginning", ["x", "Once there was a sad ", "Tom was a brave girl", tiny_stories(1) + "A"])
def test_beginnings_of_no_story_are_refused(beginning):
    with pytest.raises(ValueError, match="no text of the language begins like this"):
        tiny_story_next_characters(beginning)


def test_a_wrong_recall_is_refused():
    beginning = 'Tom was a brave boy. He had a fat cat. One cold day Tom lost his red hat. "Where is my '
    assert tiny_story_next_characters(beginning) == {"r": 1.0}
    with pytest.raises(ValueError, match="no text of the language"):
        tiny_story_next_characters(beginning + "b")


# Bad input


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ((0,), ValueError, "n_stories is 0, expected 1 or more"),
        ((-3,), ValueError, "n_stories is -3"),
        ((2.0,), TypeError, "n_stories is 2.0, expected a whole number"),
        ((True,), TypeError, "n_stories is True"),
        ((1, -1), ValueError, "seed is -1, expected 0 or more"),
        ((1, None), TypeError, "seed is None"),
    ],
)
def test_bad_numbers_of_stories(arguments, error, says):
    with pytest.raises(error, match=says):
        tiny_stories(*arguments)


@pytest.mark.parametrize(("context_length", "error"), [(-1, ValueError), (1.0, TypeError), (False, TypeError)])
def test_bad_context_lengths(context_length, error):
    with pytest.raises(error, match=f"context_length is {context_length}"):
        tiny_stories_entropy(context_length)


@pytest.mark.parametrize(
    ("phrases", "says"),
    [
        ([], "has no phrases"),
        ([(1, "a", None), (0, "b", None)], "positive whole numbers"),
        ([(0.5, "a", None), (0.5, "b", None)], "positive whole numbers"),
        ([(1, "a", None), (1, "", None)], "empty phrase"),
        ([(1, "to", None), (1, "a", None), (1, "tomorrow", None)], "'to' is the beginning of 'tomorrow'"),
        ([(1, "same", None), (2, "same", None)], "'same' is the beginning of 'same'"),
    ],
)
def test_states_that_are_no_distribution_are_refused(phrases, says):
    language = Language("only", {"only": phrases}.__getitem__)
    with pytest.raises(ValueError, match=says):
        language.entropy()
