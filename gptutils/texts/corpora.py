"""Texts to train on: a short story, Python's documentation, tiny stories of known entropy, two classics to download."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from gptutils.texts.downloads import cache_folder, download_file
from gptutils.texts.tiny_language import (
    tiny_stories,
    tiny_stories_entropy,
    tiny_story_logprob,
    tiny_story_next_characters,
)

__all__ = [
    "CORPORA",
    "Corpus",
    "download",
    "python_docs",
    "short_story",
    "tiny_stories",
    "tiny_stories_entropy",
    "tiny_story_logprob",
    "tiny_story_next_characters",
]


def short_story() -> str:
    """A short story written for this course, *The Usual Twelve*: about 28,000 characters of English.

    One paragraph a line, with an empty line between paragraphs; the first line is the title. Quotation marks are
    straight; the only characters that are not ASCII are the letters è, é, â in French names and the fraction ½.

    Examples
    --------
    >>> story = short_story()
    >>> len(story)
    27814
    >>> story.splitlines()[0]
    'The Usual Twelve'
    """
    return files("gptutils").joinpath("data_files", "the_usual_twelve.txt").read_text(encoding="utf-8")


def python_docs() -> str:
    """Python's own help topics, joined in the order of their names: about 465,000 characters of technical English.

    They come with Python's standard library (`pydoc_data.topics`) and need no download. They differ between versions
    of Python, so nothing that must stay the same may depend on them.

    Examples
    --------
    >>> "Assert statements are a convenient way" in python_docs()
    True
    """
    from pydoc_data.topics import topics

    return "\n\n".join(topics[name].strip() for name in sorted(topics)) + "\n"


@dataclass(frozen=True)
class Corpus:
    """A text that `download` can fetch.

    Parameters
    ----------
    title : what it is, who wrote it, and its licence.
    url : where it is downloaded from.
    filename : its name in the cache folder.
    size : bytes.
    sha256 : SHA-256 of the content, in hexadecimal digits.
    """

    title: str
    url: str
    filename: str
    size: int
    sha256: str


CORPORA: dict[str, Corpus] = {
    "the-verdict": Corpus(
        title="The Verdict, a short story by Edith Wharton (1908), public domain",
        url="https://raw.githubusercontent.com/rasbt/LLMs-from-scratch/main/ch02/01_main-chapter-code/the-verdict.txt",
        filename="the-verdict.txt",
        size=20_479,
        sha256="b41e41a68f0398a3154ae69e2e4c0e2694e17fe0d66730536837f1b01935b31f",
    ),
    "tiny-shakespeare": Corpus(
        title="Tiny Shakespeare, scenes from the plays collected by Andrej Karpathy (2015), public domain",
        url="https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
        filename="tiny-shakespeare.txt",
        size=1_115_394,
        sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    ),
}
"""The texts that `download` knows, by name."""


def download(name: str, folder: str | os.PathLike[str] | None = None, progress: bool = True) -> Path:
    """Download one of the `CORPORA`, check it, and return its path; later calls find it there and need no network.

    Parameters
    ----------
    name : ``"the-verdict"`` or ``"tiny-shakespeare"``.
    folder : where to keep it; by default the user's cache folder (see `cache_folder`).
    progress : whether a person may see a progress bar.

    Returns
    -------
    Path of a UTF-8 text file.

    Raises
    ------
    ValueError : an unknown name; the message lists the known ones.
    DownloadError : see `download_file`; the next call continues a download that was cut off.

    Examples
    --------
    >>> download("war-and-peace")
    Traceback (most recent call last):
    ...
    ValueError: there is no corpus 'war-and-peace'; choose one of: the-verdict, tiny-shakespeare
    """
    if name not in CORPORA:
        raise ValueError(f"there is no corpus {name!r}; choose one of: {', '.join(CORPORA)}")
    corpus = CORPORA[name]
    path = (cache_folder() if folder is None else Path(folder).expanduser()) / corpus.filename
    return download_file(corpus.url, path, corpus.size, corpus.sha256, progress)
