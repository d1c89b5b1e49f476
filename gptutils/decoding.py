"""Decoding: how a model's probabilities become text, one token after the other.

`generate` gives the tokens when all are there, `stream` each as soon as it is drawn, `stream_text` as text. Between the
model's logits and the draw stand filters, pure functions [batch, vocab] -> [batch, vocab], which set to -inf what must
not be drawn; `next_token_probs` applies them in the order in which Hugging Face's transformers does, too.

With a KV cache (Pope et al. 2023) each token is computed once: the cost of a token hardly grows with the length, up to
the model's context. Behind it, the window slides: the model sees the last ``context_length`` tokens, and since with
every step each of them gets another position, the whole window is then computed anew for each token, cache or not.

Lesson: ``chapters/09_decoding.ipynb`` builds every piece of this module by hand; each docstring names the section.
"""

from __future__ import annotations

import codecs
import math
from collections.abc import Iterable, Iterator, Sequence
from numbers import Integral, Real

import tiktoken
import torch
import torch.nn.functional as F
from torch import Tensor

from gptutils.loss import eval_mode
from gptutils.model import GPT, KVCache
from gptutils.tokenizer import BPETokenizer

Prompts = Tensor | Sequence[Sequence[int]]

# ---------------------------------------------------------------------------------------------- filters


def penalize_repetition(logits: Tensor, token_ids: Tensor, penalty: float) -> Tensor:
    """Make tokens that have occurred less probable (section "Repetition").

    Their logits are divided by ``penalty`` where they are positive, multiplied where they are negative. Source: Keskar
    et al. 2019.

    Parameters
    ----------
    logits : [batch, vocab].
    token_ids : [batch, seq], what has occurred in each row.
    penalty : above 0; 1 changes nothing.

    Examples
    --------
    >>> penalize_repetition(torch.tensor([[3.0, -1.0, 2.0]]), torch.tensor([[0, 1, 0]]), penalty=1.5)
    tensor([[ 2.0000, -1.5000,  2.0000]])
    """
    _check_settings(repetition_penalty=penalty)
    seen = logits.gather(-1, token_ids)
    return logits.scatter(-1, token_ids, torch.where(seen > 0, seen / penalty, seen * penalty))


def apply_temperature(logits: Tensor, temperature: float) -> Tensor:
    """Divide by the temperature: below 1 the probabilities are sharper, above 1 flatter (section "Temperature").

    Examples
    --------
    >>> apply_temperature(torch.tensor([[1.0, 2.0]]), 0.5).softmax(-1)
    tensor([[0.1192, 0.8808]])
    """
    _check_settings(temperature=temperature)
    if temperature == 0:
        raise ValueError("temperature is 0, and logits cannot be divided by it: take the largest, logits.argmax(-1)")
    return logits / temperature


def keep_top_k(logits: Tensor, k: int) -> Tensor:
    """Keep the ``k`` largest logits, and those equal to the smallest of them (section "Top-k").

    Source: Fan et al. 2018. A ``k`` above the size of the vocabulary keeps all.

    Examples
    --------
    >>> keep_top_k(torch.tensor([[4.5, -0.9, 6.8, 6.3]]), 2)
    tensor([[  -inf,   -inf, 6.8000, 6.3000]])
    """
    _check_settings(top_k=k)
    smallest = logits.topk(min(k, logits.shape[-1]), dim=-1).values[..., -1:]
    return logits.masked_fill(logits < smallest, -torch.inf)


def keep_top_p(logits: Tensor, p: float) -> Tensor:
    """Keep the most probable tokens, as few as have the probability ``p`` together (section "Top-p and min-p").

    Source: Holtzman et al. 2020. The most probable token always stays.

    Examples
    --------
    >>> probabilities = torch.tensor([[0.5, 0.3, 0.2]])
    >>> keep_top_p(probabilities.log(), 0.7).softmax(-1)
    tensor([[0.6250, 0.3750, 0.0000]])
    """
    _check_settings(top_p=p)
    if p == 1:
        return logits
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    probabilities = ordered.softmax(-1)
    before = probabilities.cumsum(-1) - probabilities  # probability of all that are more probable
    before[..., 0] = 0.0
    ordered = ordered.masked_fill(before >= p, -torch.inf)
    return torch.empty_like(logits).scatter(-1, order, ordered)


def keep_min_p(logits: Tensor, p: float) -> Tensor:
    """Keep what is at least ``p`` times as probable as the most probable token (section "Top-p and min-p").

    Source: Nguyen et al. 2025.

    Examples
    --------
    >>> probabilities = torch.tensor([[0.5, 0.3, 0.2]])
    >>> keep_min_p(probabilities.log(), 0.5).softmax(-1)
    tensor([[0.6250, 0.3750, 0.0000]])
    """
    _check_settings(min_p=p)
    if p == 0:
        return logits
    return logits.masked_fill(logits < logits.amax(-1, keepdim=True) + math.log(p), -torch.inf)


def next_token_probs(
    logits: Tensor,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
) -> Tensor:
    """Probabilities [batch, vocab] from which the next token is drawn (section "Top-p and min-p").

    Temperature first, then top-k, top-p and min-p, each on what the one before has kept. ``None`` leaves a filter out.
    A temperature of 0 gives the probability 1 to the largest logit.

    Examples
    --------
    >>> next_token_probs(torch.tensor([[1.0, 2.0, 3.0]]), temperature=0.5, top_k=2)
    tensor([[0.0000, 0.1192, 0.8808]])
    """
    if temperature == 0:
        _check_settings(top_k=top_k, top_p=top_p, min_p=min_p)
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    logits = apply_temperature(logits, temperature)
    for keep, setting in (keep_top_k, top_k), (keep_top_p, top_p), (keep_min_p, min_p):
        if setting is not None:
            logits = keep(logits, setting)
    return logits.softmax(-1)


def draw(probabilities: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Draw a token from each row (section "Drawing a token"): [batch, vocab] -> [batch].

    The probabilities, side by side, fill a line of length 1; a random number of each row says where to point. Done on
    the CPU, so that a seed gives the same tokens whatever device computes the logits, and with one number a row, since
    `torch.multinomial` needs one for each token, and draws others on other processors.

    Examples
    --------
    >>> draw(torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))
    tensor([1, 0])
    """
    ends = probabilities.cpu().double().cumsum(-1)  # where the piece of each token ends
    point = torch.rand(len(ends), 1, dtype=torch.float64, generator=generator) * ends[:, -1:]
    return torch.searchsorted(ends, point, right=True)[:, 0].to(probabilities.device)


# ---------------------------------------------------------------------------------------------- generation


def generate(
    model: GPT,
    token_ids: Prompts,
    max_new_tokens: int,
    *,
    temperature: float = 0.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    repetition_penalty: float = 1.0,
    eos_id: int | None = None,
    generator: torch.Generator | None = None,
    use_cache: bool = True,
) -> Tensor | list[list[int]]:
    """Continue prompts with tokens of the model (section "Several prompts at once").

    Parameters
    ----------
    token_ids : the prompts: a tensor [batch, seq]; or a list of lists, which may be of different length.
    max_new_tokens : so many at most; fewer if all rows end before.
    temperature : 0 takes the most probable token, always; above 0 draws from `next_token_probs`.
    top_k, top_p, min_p : filters, see `next_token_probs`.
    repetition_penalty : of all tokens of the row so far, the prompt included: see `penalize_repetition`.
    eos_id : the token that ends a row, each row at its own. ``None``: nothing ends before ``max_new_tokens``.
    generator : of random numbers, on the CPU; the same seed gives the same tokens. ``None``: torch's own.
    use_cache : compute keys and values of each token only once. The tokens are the same without, and take longer.

    Returns
    -------
    Prompts and new tokens. For a tensor: [batch, seq + new], where what follows the end of a row is ``eos_id``. For
    lists: lists, each up to and including its own end.

    Raises
    ------
    ValueError, TypeError : no prompt, an empty one, or one with tokens that the model does not know; a setting out of
        its range. All before any work.

    Examples
    --------
    >>> from gptutils.course_model import load_course_model
    >>> model, tokenizer = load_course_model()
    >>> ids = generate(model, [[tokenizer.eot_token]], 100, temperature=1.0, eos_id=tokenizer.eot_token)
    >>> ids[0][-1] == tokenizer.eot_token
    True
    """
    settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p}
    settings |= {"repetition_penalty": repetition_penalty, "eos_id": eos_id}
    steps = stream(model, token_ids, max_new_tokens, **settings, generator=generator, use_cache=use_cache)
    new = list(steps)  # of [batch]
    if isinstance(token_ids, Tensor):
        return torch.cat([token_ids, *(tokens[:, None].to(token_ids) for tokens in new)], dim=1)
    rows = torch.stack(new, dim=1).tolist() if new else [[] for _ in token_ids]
    ends = [row.index(eos_id) + 1 if eos_id in row else len(row) for row in rows]
    return [list(map(int, prompt)) + row[:end] for prompt, row, end in zip(token_ids, rows, ends, strict=True)]


def stream(
    model: GPT,
    token_ids: Prompts,
    max_new_tokens: int,
    *,
    temperature: float = 0.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    repetition_penalty: float = 1.0,
    eos_id: int | None = None,
    generator: torch.Generator | None = None,
    use_cache: bool = True,
) -> Iterator[Tensor]:
    """As `generate`, but yields the new tokens [batch] of each step as soon as they are known (section "Streaming").

    A row that has ended yields ``eos_id`` until all have ended. The arguments are checked by the call, before the first
    token is asked for.
    """
    filters = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p}
    _check_settings(**filters, repetition_penalty=repetition_penalty)
    if isinstance(max_new_tokens, bool) or not isinstance(max_new_tokens, int):
        raise TypeError(f"max_new_tokens is {max_new_tokens!r}; it must be an int")
    if max_new_tokens < 0:
        raise ValueError(f"max_new_tokens is {max_new_tokens}; it must be at least 0")
    token_ids, n_padding = pad_left(token_ids, device=model.wte.weight.device)
    model._check(token_ids[..., -model.config.context_length :])
    if eos_id is not None and not 0 <= eos_id < model.config.vocab_size:
        raise ValueError(f"eos_id is {eos_id}, and the model's tokens are 0 to {model.config.vocab_size - 1}")

    def steps() -> Iterator[Tensor]:
        ids, padding, cache = token_ids, n_padding, None
        context_length, start = model.config.context_length, 0
        ended = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
        if use_cache and ids.shape[1] <= context_length:
            cache = model.new_cache(len(ids), min(context_length, ids.shape[1] + max_new_tokens))
        for _ in range(max_new_tokens):
            if ids.shape[1] > context_length:  # the window slides, and every token in it has a new position
                start, cache = ids.shape[1] - context_length, None
                padding = _unless_zero((n_padding - start).clamp(min=0)) if padding is not None else None
            with eval_mode(model):
                logits = next_logits(model, ids[:, start:], cache, padding)
            if cache is not None:
                start = ids.shape[1]
            if repetition_penalty != 1:
                logits = penalize_repetition(logits, ids, repetition_penalty)
            new = draw(next_token_probs(logits, **filters), generator) if temperature else logits.argmax(-1)
            if eos_id is not None:
                new = new.masked_fill(ended, eos_id)
                ended = ended | (new == eos_id)
            yield new
            if eos_id is not None and ended.all():
                return
            ids = torch.cat([ids, new[:, None]], dim=1)

    return steps()


def next_logits(
    model: GPT, token_ids: Tensor, cache: list[KVCache] | None = None, n_padding: Tensor | None = None
) -> Tensor:
    """Logits of the token behind the last one, of each row: [batch, seq] -> [batch, vocab].

    Only the last position is multiplied with the vocabulary's embeddings (section "What need not be computed").
    ``cache`` and ``n_padding`` as in `gptutils.model.GPT.hidden_states`.
    """
    last = model.hidden_states(token_ids, cache, n_padding)[:, -1]  # -> [batch, emb]
    # The same as last @ wte.weight.T. With few rows, the CPU's library takes longer for that order.
    return (model.wte.weight @ last.T).T.contiguous()


def pad_left(prompts: Prompts, device: torch.device | str = "cpu") -> tuple[Tensor, Tensor | None]:
    """Prompts of different length as one batch, all with their last token at the right (section "Several prompts").

    Padding repeats the first token of its row; the model does not see it, and a repetition penalty counts it once.

    Returns
    -------
    Token ids [batch, seq]; and how many of each row are padding, [batch], or ``None`` where nothing is.

    Examples
    --------
    >>> pad_left([[7, 8, 9], [5]])
    (tensor([[7, 8, 9],
            [5, 5, 5]]), tensor([0, 2]))
    """
    if isinstance(prompts, Tensor):
        return prompts.to(device), None
    prompts = [list(map(int, prompt)) for prompt in prompts]
    if not prompts or not all(prompts):
        what = "an empty prompt" if prompts else "no prompt"
        raise ValueError(f"there is {what}: give at least one id, such as <|endoftext|>'s")
    longest = max(map(len, prompts))
    n_padding = torch.tensor([longest - len(prompt) for prompt in prompts], device=device)
    rows = [prompt[:1] * (longest - len(prompt)) + prompt for prompt in prompts]
    return torch.tensor(rows, device=device), _unless_zero(n_padding)


def stream_text(token_ids: Iterable[int], tokenizer: BPETokenizer | tiktoken.Encoding) -> Iterator[str]:
    """Text of tokens, piece by piece (section "Streaming").

    A token may hold only some of the bytes of a letter: such bytes wait for the others. Joined, the pieces are what
    the tokenizer's ``decode`` gives.

    Examples
    --------
    >>> from gptutils.tokenizer import gpt2_tokenizer
    >>> tokenizer = gpt2_tokenizer()
    >>> list(stream_text(tokenizer.encode("Hi 好"), tokenizer))
    ['Hi', ' ', '好']
    """
    read = tokenizer.token_bytes if isinstance(tokenizer, BPETokenizer) else tokenizer.decode_single_token_bytes
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for token_id in token_ids:
        if piece := decoder.decode(read(int(token_id))):
            yield piece
    if rest := decoder.decode(b"", final=True):
        yield rest


# ---------------------------------------------------------------------------------------------- speculative decoding


def speculative(
    model: GPT,
    draft: GPT,
    token_ids: Sequence[int],
    max_new_tokens: int,
    *,
    n_drafted: int = 4,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    generator: torch.Generator | None = None,
) -> tuple[list[int], float]:
    """Continue one prompt: a small model drafts tokens, the large one checks them at once.

    Section "What need not be computed twice" derives it at its end. The tokens have the distribution that ``model``
    alone gives them, whatever the draft is. A draft that is mostly right saves time where the large model takes about
    as long for ``n_drafted + 1`` tokens as for one. Source: Leviathan et al. 2023.

    Parameters
    ----------
    draft : a model with the same vocabulary.
    n_drafted : tokens that are drafted before each check.

    Returns
    -------
    Prompt and new tokens; and the mean number of tokens of one check by ``model``, 1 to ``n_drafted + 1``.

    Raises
    ------
    ValueError : models of different vocabularies; prompt and new tokens longer than the context of one of them.
    """
    if model.config.vocab_size != draft.config.vocab_size:
        raise ValueError(f"the vocabularies differ: {model.config.vocab_size} and {draft.config.vocab_size} tokens")
    ids, end = list(map(int, token_ids)), len(token_ids) + max_new_tokens
    if end > min(model.config.context_length, draft.config.context_length):
        raise ValueError(f"prompt and new tokens, {end} together, are longer than the context of one of the models")
    filters = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "min_p": min_p}
    cache, draft_cache = model.new_cache(1, end), draft.new_cache(1, end)

    def probs(m: GPT, cache: list[KVCache], ids: list[int], n: int) -> Tensor:  # -> [n, vocab]
        """Of the tokens behind the last n positions; what is cached is not computed again."""
        new = torch.tensor([ids[cache[0].n_tokens :]], device=m.wte.weight.device)
        return next_token_probs(m(new, cache)[0, -n:].cpu(), **filters)

    n_checks = 0
    with eval_mode(model), eval_mode(draft):
        while len(ids) < end:
            drafted, guesses = list(ids), []
            for _ in range(min(n_drafted, end - len(ids) - 1)):
                guesses.append(probs(draft, draft_cache, drafted, 1))  # of [1, vocab]
                drafted.append(int(draw(guesses[-1], generator)))
            wanted = probs(model, cache, drafted, len(guesses) + 1)  # -> [drafted + 1, vocab]
            n_checks += 1
            for guess, p in zip(guesses, wanted, strict=False):
                token = drafted[len(ids)]
                if torch.rand((), generator=generator) * guess[0, token] >= p[token]:
                    left = (p - guess[0]).clamp(min=0)  # what the draft gave too little
                    ids.append(int(draw((left if left.any() else p)[None], generator)))  # rounding may leave nothing
                    break
                ids.append(token)
            else:
                ids.append(int(draw(wanted[-1:], generator)))  # all were right: one more
            for block in (*cache, *draft_cache):
                block.n_tokens = min(block.n_tokens, len(ids) - 1)  # forget what was refused
    return ids, max_new_tokens / max(n_checks, 1)


# ---------------------------------------------------------------------------------------------- checks


def _unless_zero(n_padding: Tensor) -> Tensor | None:
    return n_padding if n_padding.any() else None


def _check_settings(**settings: float | None) -> None:
    """All that are given are in their ranges."""
    ranges = {
        "temperature": (lambda x: 0 <= x < math.inf, "a number from 0 up"),
        "top_k": (lambda x: x >= 1, "a whole number from 1 up"),
        "top_p": (lambda x: 0 < x <= 1, "a probability above 0, at most 1"),
        "min_p": (lambda x: 0 <= x <= 1, "from 0 to 1"),
        "repetition_penalty": (lambda x: 0 < x < math.inf, "a number above 0; 1 changes nothing"),
    }
    for name, value in settings.items():
        in_range, expected = ranges[name]
        if value is None and name in ("top_k", "top_p", "min_p"):
            continue
        kinds = Integral if name == "top_k" else Real
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise TypeError(f"{name} is {value!r}; it must be {expected}")
        if not in_range(value):
            raise ValueError(f"{name} is {value}; it must be {expected}")
