"""Byte-pair encoding against Hugging Face tokenizers (training) and tiktoken (encoding): make bench

The text is `python_docs()`. Every figure is a ratio measured in one run, the two sides in turn.
"""

from __future__ import annotations

import os
import random

os.environ["RAYON_NUM_THREADS"] = "1"  # Hugging Face's threads; must be set before its import
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from gptutils.texts.corpora import python_docs
from gptutils.tokenizer import BPETokenizer, gpt2_tokenizer, pretokenize
from timing import machine, paired, seconds

VOCAB_SIZE = 1000


def train_with_huggingface(text: str) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([text], trainer)
    return tokenizer


def main() -> None:
    text = python_docs()
    megabytes = len(text.encode()) / 1e6
    print(f"{machine()}; text of {megabytes:.3f} MB, vocabulary {VOCAB_SIZE}\n")

    print("training, time / time of Hugging Face tokenizers on one thread")
    print("| text | different words | ours (s) | Hugging Face (s) | ratio | lowest | highest |")
    print("|---|---|---|---|---|---|---|")
    for times in (1, 2, 4):
        longer = text * times
        r = paired(lambda t=longer: BPETokenizer.train(t, VOCAB_SIZE), lambda t=longer: train_with_huggingface(t))
        words = len(set(pretokenize(longer)))
        print(f"| {times}x | {words} | {r.a:.3f} | {r.b:.3f} | {r.ratio:.2f} | {r.lowest:.2f} | {r.highest:.2f} |")
    for times in (1, 2, 4):
        longer = text * times
        split = min(seconds(lambda t=longer: pretokenize(t)) for _ in range(5))
        whole = min(seconds(lambda t=longer: BPETokenizer.train(t, VOCAB_SIZE)) for _ in range(5))
        print(f"  {times}x: splitting the text into words takes {split:.3f} s of {whole:.3f} s")

    print("\nencoding, time / time of tiktoken")
    print("| tokenizer | ours (MB/s) | tiktoken (MB/s) | ratio | lowest | highest |")
    print("|---|---|---|---|---|---|")
    trained, gpt2 = BPETokenizer.train(text, VOCAB_SIZE), BPETokenizer.from_gpt2()
    fast, converted, openai = trained.to_tiktoken(), gpt2.to_tiktoken(), gpt2_tokenizer()

    def row(name, ours, other, megabytes=megabytes):
        r = paired(ours, other)
        print(
            f"| {name} | {megabytes / r.a:.1f} | {megabytes / r.b:.1f} "
            f"| {r.ratio:.2f} | {r.lowest:.2f} | {r.highest:.2f} |"
        )

    def cold(tokenizer, text=text):
        tokenizer._cache.clear()
        tokenizer.encode_ordinary(text)

    row("encode, trained, empty cache", lambda: cold(trained), lambda: fast.encode_ordinary(text))
    row("encode, GPT-2, empty cache", lambda: cold(gpt2), lambda: openai.encode_ordinary(text))
    row("encode, GPT-2, filled cache", lambda: gpt2.encode_ordinary(text), lambda: openai.encode_ordinary(text))
    word = "".join(random.Random(0).choices("abcdefghijklmnopqrstuvwxyz", k=100_000))
    row("one word of 100,000 letters", lambda: cold(gpt2, word), lambda: openai.encode_ordinary(word), megabytes=0.1)
    row("to_tiktoken(), GPT-2's merges", lambda: converted.encode_ordinary(text), lambda: openai.encode_ordinary(text))
    longest = min(seconds(lambda: cold(gpt2, word)) for _ in range(3))
    print(f"  the word of 100,000 letters takes {longest:.2f} s")


if __name__ == "__main__":
    main()
