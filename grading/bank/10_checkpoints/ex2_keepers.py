"""Answers to ex2_keepers of 10_checkpoints, right and wrong; how to read and write them: grading/answers.py."""


# %% correct heap: nsmallest with the place in the order as a second key
import heapq


def keepers(history, n_last, n_best, mode="min"):
    if mode != "min" and mode != "max":
        raise ValueError(f"unknown mode {mode}")
    newest = {step: i for i, (step, _) in enumerate(history)}
    alive = [(i, step, history[i][1]) for step, i in newest.items()]
    alive.sort()
    sign = 1 if mode == "min" else -1
    keys = [(sign * score, i, step) for i, step, score in alive if score is not None and score == score]
    best = {step for _, _, step in heapq.nsmallest(n_best, keys)}
    last = {step for k, (_, step, _) in enumerate(alive) if k >= len(alive) - n_last}
    return sorted(best | last)


# %% correct backwards: the history read from its end
def keepers(history, n_last, n_best, mode="min"):
    if mode not in {"min", "max"}:
        raise ValueError(f"mode {mode!r} is neither 'min' nor 'max'")
    seen, alive = set(), []
    for step, score in reversed(history):
        if step not in seen:
            seen.add(step)
            alive.append((step, score))
    kept = {step for step, _ in alive[:n_last]}
    candidates = [(step, score) for step, score in reversed(alive) if score is not None and not np.isnan(score)]
    for _ in range(min(n_best, len(candidates))):
        pick = min if mode == "min" else max
        chosen = pick(candidates, key=lambda pair: pair[1])  # the first of equals
        candidates.remove(chosen)
        kept.add(chosen[0])
    return sorted(kept)


# %% correct counting: a checkpoint is among the best when few beat it
def keepers(history, n_last, n_best, mode="min"):
    if mode == "min":
        better = lambda a, b: a < b
    elif mode == "max":
        better = lambda a, b: a > b
    else:
        raise ValueError(mode if mode else f"mode {mode!r}")
    alive = []
    for step, score in history:
        alive = [pair for pair in alive if pair[0] != step] + [(step, score)]
    out = []
    for i, (step, score) in enumerate(alive):
        if len(alive) - i <= n_last:
            out.append(step)
        elif score is not None and score == score:
            others = [(j, s) for j, (_, s) in enumerate(alive) if s is not None and s == s and j != i]
            beaten = sum(better(s, score) or (s == score and j < i) for j, s in others)
            if beaten < n_best:
                out.append(step)
    return sorted(out)


# %% wrong last_zero from reference: of the last, all are kept where none is asked for
#-     last = steps[max(len(steps) - n_last, 0) :]
#+     last = steps[-n_last:]


# %% wrong largest_steps from reference: the last are those with the largest steps
#-     steps = list(saved)
#+     steps = sorted(saved)


# %% wrong keeps_place from reference: a step that is saved again keeps its place in the order
#-         saved.pop(step, None)  # a step that is saved again is the newest
#+         pass


# %% wrong first_score from reference: the first score of a step stays
#-         saved.pop(step, None)  # a step that is saved again is the newest
#-         saved[step] = score
#+         saved[step] = saved.pop(step, score)


# %% wrong both_count: a step that is saved again is counted twice
def keepers(history, n_last, n_best, mode="min"):
    if mode not in ("min", "max"):
        raise ValueError(f"mode is {mode!r}")
    last = [step for step, _ in history[max(len(history) - n_last, 0) :]]
    scored = [pair for pair in history if pair[1] is not None and pair[1] == pair[1]]
    best = sorted(scored, key=lambda pair: pair[1], reverse=mode == "max")[:n_best]
    return sorted({*last, *(step for step, _ in best)})


# %% wrong nan_kept from reference: not-a-number is sorted with the others
#-     scored = [step for step in steps if saved[step] is not None and not math.isnan(saved[step])]
#+     scored = [step for step in steps if saved[step] is not None]


# %% wrong zero_is_none from reference: a score of zero counts as none
#-     scored = [step for step in steps if saved[step] is not None and not math.isnan(saved[step])]
#+     scored = [step for step in steps if saved[step] and not math.isnan(saved[step])]


# %% wrong finite_alone from reference: infinities are left out
#-     scored = [step for step in steps if saved[step] is not None and not math.isnan(saved[step])]
#+     scored = [step for step in steps if saved[step] is not None and math.isfinite(saved[step])]


# %% wrong later_of_equals from reference: of equals, the later is taken
#-     best = sorted(scored, key=saved.get, reverse=mode == "max")[:n_best]  # a stable sort: the earlier of equals first
#+     best = sorted(reversed(scored), key=saved.get, reverse=mode == "max")[:n_best]


# %% wrong max_from_the_end from reference: for max the sorted list is read from its end, equals in the wrong order
#-     best = sorted(scored, key=saved.get, reverse=mode == "max")[:n_best]  # a stable sort: the earlier of equals first
#+     best = sorted(scored, key=saved.get)
#+     best = best[:n_best] if mode == "min" else best[::-1][:n_best]


# %% wrong smaller_step_of_equals from reference: of equals, the smaller step is taken
#-     best = sorted(scored, key=saved.get, reverse=mode == "max")[:n_best]  # a stable sort: the earlier of equals first
#+     sign = 1 if mode == "min" else -1
#+     best = sorted(scored, key=lambda step: (sign * saved[step], step))[:n_best]


# %% wrong mode_ignored from reference: mode is checked and then forgotten
#-     best = sorted(scored, key=saved.get, reverse=mode == "max")[:n_best]  # a stable sort: the earlier of equals first
#+     best = sorted(scored, key=saved.get)[:n_best]


# %% wrong any_mode from reference: any other mode is taken for max
#-     if mode not in ("min", "max"):
#-         raise ValueError(f"mode is {mode!r}; choose 'min' or 'max'")
#+     pass

#-     best = sorted(scored, key=saved.get, reverse=mode == "max")[:n_best]  # a stable sort: the earlier of equals first
#+     best = sorted(scored, key=saved.get, reverse=mode != "min")[:n_best]


# %% wrong mode_not_named from reference: the message does not name the mode
#-         raise ValueError(f"mode is {mode!r}; choose 'min' or 'max'")
#+         raise ValueError("choose 'min' or 'max'")


# %% wrong unsorted from reference: in the order last, best
#-     return sorted({*last, *best})
#+     return list(dict.fromkeys([*last, *best]))


# %% wrong twice from reference: who is both last and best stands there twice
#-     return sorted({*last, *best})
#+     return sorted([*last, *best])


# %% wrong best_of_the_rest from reference: the best are chosen among those that are not the last
#-     scored = [step for step in steps if saved[step] is not None and not math.isnan(saved[step])]
#+     scored = [s for s in steps if s not in last and saved[s] is not None and not math.isnan(saved[s])]


# %% wrong tuple_returned from reference: a set for a list
#-     return sorted({*last, *best})
#+     return {*last, *best}


# %% wrong history_sorted from reference: the history itself is sorted
#-     saved = {}
#+     saved = {}
#+     history.sort(key=lambda pair: pair[0])


# %% wrong steps_as_floats from reference: steps become floats
#-     return sorted({*last, *best})
#+     return np.unique([float(step) for step in (*last, *best)]).astype(int).tolist()


# %% correct newest_last: a dict in the order of saving, then a sort that keeps ties
def keepers(
    history: list[tuple], n_last: int, n_best: int, mode: str = "min"
) -> list[int]:
    """The steps whose checkpoints stay: the last few and the best few."""
    if mode not in ("min", "max"):
        raise ValueError(f"mode is {mode!r}; choose min or max")
    current = {}
    for step, score in history:
        current.pop(step, None)
        current[step] = score
    steps = list(current)
    last = steps[max(0, len(steps) - n_last):]
    scored = [step for step in steps if current[step] is not None and not math.isnan(current[step])]
    scored.sort(key=lambda step: current[step], reverse=mode == "max")
    return sorted({*last, *scored[:n_best]})

# %% wrong nan_by_identity from newest_last: only math.nan itself is noticed, not another not-a-number
#-     scored = [step for step in steps if current[step] is not None and not math.isnan(current[step])]
#+     scored = [step for step in steps if current[step] not in (None, math.nan)]

# %% wrong ties_by_first_save from newest_last: of equal scores, the step that came first at all is the better
#-     scored = [step for step in steps if current[step] is not None and not math.isnan(current[step])]
#+     scored = [step for step in dict(history) if current[step] is not None and not math.isnan(current[step])]
