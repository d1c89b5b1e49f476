"""Answers to ex1_progress of 06_training, right and wrong; how to read and write them: grading/answers.py."""


# %% correct remainders: division and remainder, each by itself
def progress(step, *, n_windows, batch_size, context_length, accumulate=1):
    batches_in_epoch = n_windows // batch_size
    if batches_in_epoch < 1:
        raise ValueError("no batch fits")
    used = step * accumulate
    epoch = used // batches_in_epoch
    batch = used % batches_in_epoch
    n_tokens = used * batch_size * context_length
    return epoch, batch, n_tokens


def steps_for(n_tokens, *, batch_size, context_length, accumulate=1):
    per_step = batch_size * context_length * accumulate
    return (n_tokens + per_step - 1) // per_step


# %% correct divmods: divmod in both, the remainder decides about one more step
def progress(step, *, n_windows, batch_size, context_length, accumulate=1):
    if batch_size > n_windows:
        raise ValueError(f"a batch of {batch_size} is larger than all {n_windows} windows")
    epoch, batch = divmod(step * accumulate, n_windows // batch_size)
    return (epoch, batch, step * accumulate * batch_size * context_length)


def steps_for(n_tokens, *, batch_size, context_length, accumulate=1):
    steps, rest = divmod(n_tokens, batch_size * context_length * accumulate)
    return steps + 1 if rest > 0 else steps


# %% correct negative: rounds up with a negative numerator
def progress(step, *, n_windows, batch_size, context_length, accumulate=1):
    per_epoch = (n_windows - n_windows % batch_size) // batch_size
    if not per_epoch:
        raise ValueError("an epoch has no batch")
    n = accumulate * step
    epoch = (n - n % per_epoch) // per_epoch
    return epoch, n - epoch * per_epoch, n * context_length * batch_size


def steps_for(n_tokens, *, batch_size, context_length, accumulate=1):
    return -(-n_tokens // (context_length * batch_size * accumulate))


# %% wrong last_batch_counts from remainders: the last batch, which is not full, counts as one
#-     batches_in_epoch = n_windows // batch_size
#+     batches_in_epoch = -(-n_windows // batch_size)

# %% wrong float_epochs from remainders: epochs as a float
#-     epoch = used // batches_in_epoch
#+     epoch = used / batches_in_epoch

# %% wrong int_of_float from remainders: divides as floats and cuts
#-     epoch = used // batches_in_epoch
#+     epoch = int(used / batches_in_epoch)

# %% wrong batch_of_run from remainders: batches counted from the beginning of the run
#-     batch = used % batches_in_epoch
#+     batch = used

# %% wrong no_accumulate from remainders: a step is one batch
#-     used = step * accumulate
#+     used = step

# %% wrong tokens_without_accumulate from remainders: tokens forget accumulate
#-     n_tokens = used * batch_size * context_length
#+     n_tokens = step * batch_size * context_length

# %% wrong whole_epochs_counted from remainders: windows left out are counted as seen
#-     n_tokens = used * batch_size * context_length
#+     n_tokens = (epoch * n_windows + batch * batch_size) * context_length

# %% wrong windows_not_tokens from remainders: windows instead of tokens
#-     n_tokens = used * batch_size * context_length
#+     n_tokens = used * batch_size

# %% wrong one_token_more from remainders: targets and inputs of a window counted, one token too many
#-     n_tokens = used * batch_size * context_length
#+     n_tokens = used * batch_size * (context_length + 1)

# %% wrong no_error from remainders: an epoch without batches is a ZeroDivisionError
#-     if batches_in_epoch < 1:
#-         raise ValueError("no batch fits")
#+     pass

# %% wrong at_least_one_batch from remainders: an epoch without batches is given one
#-     if batches_in_epoch < 1:
#-         raise ValueError("no batch fits")
#+     batches_in_epoch = max(1, batches_in_epoch)

# %% wrong error_for_one_batch from remainders: refuses an epoch of one batch, too
#-     if batches_in_epoch < 1:
#+     if batches_in_epoch <= 1:

# %% wrong epoch_from_one from remainders: epochs counted from 1
#-     return epoch, batch, n_tokens
#+     return epoch + 1, batch, n_tokens

# %% wrong other_order from remainders: tokens first
#-     return epoch, batch, n_tokens
#+     return n_tokens, epoch, batch

# %% wrong last_batch_full from remainders: a finished epoch is shown as not finished
#-     return epoch, batch, n_tokens
#+     return (epoch - 1, batches_in_epoch, n_tokens) if used and not batch else (epoch, batch, n_tokens)

# %% wrong rounded_down from remainders: rounds the steps down
#-     return (n_tokens + per_step - 1) // per_step
#+     return n_tokens // per_step

# %% wrong one_step_more from remainders: always one step more
#-     return (n_tokens + per_step - 1) // per_step
#+     return n_tokens // per_step + 1

# %% wrong at_least_one from remainders: at least one step
#-     return (n_tokens + per_step - 1) // per_step
#+     return max(1, (n_tokens + per_step - 1) // per_step)

# %% wrong ceil_of_float from remainders: rounds up a float
#-     return (n_tokens + per_step - 1) // per_step
#+     return math.ceil(n_tokens / per_step)

# %% wrong float_result from remainders: a float
#-     return (n_tokens + per_step - 1) // per_step
#+     return float((n_tokens + per_step - 1) // per_step)

# %% wrong rounded from remainders: rounds to the nearest
#-     return (n_tokens + per_step - 1) // per_step
#+     return (n_tokens + per_step // 2) // per_step

# %% wrong steps_without_accumulate from remainders: steps_for forgets accumulate
#-     per_step = batch_size * context_length * accumulate
#+     per_step = batch_size * context_length


# %% correct divmod_of_batches: whole numbers only
def progress(
    step: int, *, n_windows: int, batch_size: int, context_length: int, accumulate: int = 1
) -> tuple[int, int, int]:
    """Finished epochs, used batches of the present one, and tokens seen."""
    per_epoch = n_windows // batch_size
    if per_epoch == 0:
        raise ValueError("an epoch has no batch")
    used = step * accumulate
    epoch, batch = divmod(used, per_epoch)
    return epoch, batch, used * batch_size * context_length


def steps_for(n_tokens: int, *, batch_size: int, context_length: int, accumulate: int = 1) -> int:
    """The smallest number of steps that sees at least so many tokens."""
    per_step = batch_size * context_length * accumulate
    return -(-n_tokens // per_step)

# %% wrong decimal_28_digits from divmod_of_batches: Decimal with its 28 digits
#-     return -(-n_tokens // per_step)
#+     from decimal import ROUND_CEILING, Decimal
#+     return int((Decimal(n_tokens) / Decimal(per_step)).to_integral_value(ROUND_CEILING))
