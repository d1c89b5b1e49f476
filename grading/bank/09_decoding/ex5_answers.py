"""Answers to ex5_answers of 09_decoding, right and wrong; how to read and write them: grading/answers.py."""


# %% correct in_order: the answers sorted, each goes on where it parts from the one before
def score_answers(model, prompt, answers):
    prompt = list(prompt)
    if len(prompt) == 0:
        raise ValueError("no prompt")
    if len(prompt) + max([0, *(len(a) for a in answers)]) > model.config.context_length:
        raise ValueError("too long for the context")
    if not answers:
        return []
    scores = [0.0] * len(answers)
    with eval_mode(model):
        cache = model.new_cache(1)

        def feed(ids):
            logits = model(torch.tensor([ids], device=model.wte.weight.device), cache)[0, -1]
            return torch.log_softmax(logits.to(torch.promote_types(logits.dtype, torch.float32)), -1)

        tables, sums, before = [feed(prompt)], [0.0], []
        for i in sorted(range(len(answers)), key=lambda i: tuple(answers[i])):
            answer = list(answers[i])
            same = 0
            while same < min(len(answer), len(before)) and answer[same] == before[same]:
                same += 1
            tables, sums = tables[: same + 1], sums[: same + 1]
            for block in cache:
                block.n_tokens = min(block.n_tokens, len(prompt) + same)
            for depth in range(same, len(answer)):
                if depth == len(tables):
                    tables.append(feed([answer[depth - 1]]))
                sums.append(sums[depth] + tables[depth][answer[depth]].item())
            scores[i], before = sums[len(answer)], answer
            # What the last token of an answer leads to is computed when a longer answer asks for it.
    return scores


# %% correct known: a dictionary of beginnings, filled level by level with copies of the cache
def score_answers(model, prompt, answers):
    if not prompt:
        raise ValueError("no prompt")
    longest = max((len(answer) for answer in answers), default=0)
    if len(prompt) + longest > model.config.context_length:
        raise ValueError("longer than the context")
    beginnings = sorted({tuple(a[:n]) for a in answers for n in range(len(a))})
    tables = {}
    with eval_mode(model):
        cache = model.new_cache(batch_size=1)
        for beginning in beginnings:
            new = list(beginning[-1:]) if beginning else list(prompt)
            for block in cache:
                block.n_tokens = len(prompt) + len(beginning) - 1 if beginning else 0
            logits = model(torch.tensor([new], device=model.wte.weight.device), cache)[0, -1]
            tables[beginning] = logits.double().log_softmax(0)
    return [sum((tables[tuple(a[:n])][a[n]].item() for n in range(len(a))), 0.0) for a in answers]


# %% wrong no_cache: every answer is computed from the beginning
def score_answers(model, prompt, answers):
    longest = len(prompt) + max(map(len, answers), default=0)
    if not prompt or longest > model.config.context_length:
        raise ValueError("no prompt, or too long")
    scores = []
    with eval_mode(model):
        for answer in answers:
            ids = [*prompt, *answer]
            logits = model(torch.tensor([ids]))[0]
            logits = logits if logits.dtype == torch.float64 else logits.float()
            logs = logits.log_softmax(-1)
            scores.append(sum((logs[len(prompt) - 1 + i, t].item() for i, t in enumerate(answer)), 0.0))
    return scores


# %% wrong prompt_only: the prompt is computed once, shared beginnings of answers are not
def score_answers(model, prompt, answers):
    longest = len(prompt) + max(map(len, answers), default=0)
    if not prompt or longest > model.config.context_length:
        raise ValueError("no prompt, or too long")
    scores = []
    with eval_mode(model):
        cache = model.new_cache(1)
        logits = model(torch.tensor([list(prompt)]), cache)[0, -1:]
        for answer in answers:
            for block in cache:
                block.n_tokens = len(prompt)
            rows = logits
            if len(answer) > 1:
                rows = torch.cat([logits, model(torch.tensor([list(answer[:-1])]), cache)[0]])
            rows = rows if rows.dtype == torch.float64 else rows.float()
            logs = rows.log_softmax(-1)
            scores.append(sum((logs[i, t].item() for i, t in enumerate(answer)), 0.0))
    return scores


# %% wrong never_forgets from reference: the cache is not set back
#-             for block in cache:
#-                 block.n_tokens = n_tokens
#+             assert n_tokens

# %% wrong first_block from reference: only the first block of the cache is set back
#-             for block in cache:
#-                 block.n_tokens = n_tokens
#+             cache[0].n_tokens = n_tokens

# %% wrong last_level from reference: a token is forgotten too much
#-                 block.n_tokens = n_tokens
#+                 block.n_tokens = n_tokens - 1

# %% wrong sign from reference: the sign is wrong
#-                 scores[i] += table[token].item()
#+                 scores[i] -= table[token].item()

# %% wrong probabilities from reference: probabilities are added
#-                 scores[i] += table[token].item()
#+                 scores[i] += table[token].exp().item()

# %% wrong mean from reference: the mean over the tokens of an answer
#-                 scores[i] += table[token].item()
#+                 scores[i] += table[token].item() / len(answers[i])

# %% wrong tensors from reference: scores are tensors
#-                 scores[i] += table[token].item()
#+                 scores[i] = scores[i] + table[token]

# %% wrong logits from reference: logits are added, not logarithms of probabilities
#-         return (logits if logits.dtype == torch.float64 else logits.float()).log_softmax(-1)
#+         return logits if logits.dtype == torch.float64 else logits.float()

# %% wrong sixteen_bits from reference: logarithms in the format of the model
#-         return (logits if logits.dtype == torch.float64 else logits.float()).log_softmax(-1)
#+         return logits.log_softmax(-1)

# %% wrong thirty_two_bits from reference: logarithms of a model in 64 bits are rounded to 32
#-         return (logits if logits.dtype == torch.float64 else logits.float()).log_softmax(-1)
#+         return logits.float().log_softmax(-1)

# %% wrong first_position from reference: the logits of the first new position
#-         logits = model(torch.tensor([list(ids)], device=device), cache)[0, -1]
#+         logits = model(torch.tensor([list(ids)], device=device), cache)[0, 0]

# %% wrong training_mode from reference: the mode of the model is left as it is
#-     with eval_mode(model):
#+     with torch.no_grad():

# %% wrong stays_in_eval from reference: the model stays in evaluation mode
#-     with eval_mode(model):
#+     model.eval()
#+     with torch.no_grad():

# %% wrong train_afterwards from reference: all modules are in training mode afterwards
#-     with eval_mode(model):
#-         walk(prompt, list(range(len(answers))), 0)
#+     model.eval()
#+     with torch.no_grad():
#+         walk(prompt, list(range(len(answers))), 0)
#+     model.train()

# %% wrong prompt_unchecked from reference: an empty prompt is not refused
#-     if not prompt:
#-         raise ValueError("the prompt is empty")
#+     answers = list(answers)

# %% wrong too_long_late from reference: the length is noticed by the model
#-     if longest > model.config.context_length:
#-         raise ValueError(f"{longest} tokens are longer than the context of {model.config.context_length}")
#+     answers = list(answers)

# %% wrong one_too_strict from reference: exactly the context is refused
#-     if longest > model.config.context_length:
#+     if longest >= model.config.context_length:

# %% wrong leaves_too from reference: empty answers are left out
#-     return scores
#+     return [score for score, answer in zip(scores, answers) if len(answer)]

# %% wrong best_first from reference: the scores are sorted
#-     return scores
#+     return sorted(scores, reverse=True)

# %% wrong equal_once from reference: of equal answers only the first is scored
#-             for i in group:
#-                 scores[i] += table[token].item()
#+             for i in {tuple(answers[i]): i for i in reversed(group)}.values():
#+                 scores[i] += table[token].item()
