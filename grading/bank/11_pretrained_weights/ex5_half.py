"""Answers to ex5_half of 11_pretrained_weights, right and wrong; how to read and write them: grading/answers.py."""


# %% correct deleted: one loop, and everything that refers to the rows is deleted
def load_half(read, shapes, dtype, limit):
    if dtype != torch.float16 and dtype != torch.bfloat16:
        raise ValueError("dtype must be torch.float16 or torch.bfloat16")
    plans = []
    for name, shape in shapes.items():
        row_bytes = 4
        for n in shape[1:]:
            row_bytes *= n
        n_rows = shape[0] if row_bytes else 0
        if n_rows and row_bytes > limit:
            raise ValueError(f"{name}: {row_bytes} bytes in a row")
        plans.append((name, shape, n_rows, row_bytes))
    result = {}
    for name, shape, n_rows, row_bytes in plans:
        target = torch.zeros(shape, dtype=dtype)
        done = 0
        while done < n_rows:
            upto = min(n_rows, done + limit // row_bytes)
            rows = read(name, done, upto)
            half = torch.as_tensor(rows).to(dtype)
            before, after = int(np.isinf(rows).sum()), int(half.isinf().sum())
            target[done:upto] = half
            del rows, half
            if after > before:
                raise ValueError(f"{name} does not fit into {dtype}")
            done = upto
        result[name] = target
    return result


# %% correct pieces: a generator of ranges, a function for a piece
def ranges(n, step):
    return ((a, min(a + step, n)) for a in range(0, n, step))


def piece(read, name, a, b, dtype):
    full = torch.tensor(read(name, a, b))
    half = full.to(dtype)
    if not torch.equal(half.isinf(), full.isinf()):
        raise ValueError(f"{name} overflows")
    return half


def load_half(read, shapes, dtype, limit):
    if dtype not in {torch.float16, torch.bfloat16}:
        raise ValueError(f"{dtype}?")
    per_row = {name: 4 * int(np.prod(shape[1:], dtype=np.int64)) for name, shape in shapes.items()}
    for name, size in per_row.items():
        if size > limit and shapes[name][0] > 0:
            raise ValueError(f"{name} has rows of {size} bytes, the limit is {limit}")
    found = {name: torch.empty(shape, dtype=dtype) for name, shape in shapes.items()}
    for name, tensor in found.items():
        if tensor.numel():
            for a, b in ranges(len(tensor), limit // per_row[name]):
                tensor[a:b] = piece(read, name, a, b, dtype)
    return found


# %% wrong kept_variable from reference: the variable of the loop keeps the rows of the turn before
#-             fill(found[name][start:stop], name, start, stop)
#+             rows = torch.from_numpy(read(name, start, stop))
#+             part = found[name][start:stop]
#+             part.copy_(rows)
#+             if (part.isinf() & rows.isfinite()).any():
#+                 raise ValueError(f"{name} has numbers beyond the range of {dtype}")


# %% wrong list_of_rows from reference: all rows are kept in a list
#-         rows = torch.from_numpy(read(name, start, stop))
#+         rows = torch.from_numpy(read(name, start, stop))
#+         kept.append(rows)

#-     found = {}
#+     found, kept = {}, []


# %% wrong kept_last from reference: the last rows of a tensor stay until the next one
#-     found = {}
#+     found, last = {}, [None]

#-         rows = torch.from_numpy(read(name, start, stop))
#+         rows = torch.from_numpy(read(name, start, stop))
#+         last[0] = rows if stop == shapes[name][0] else None


# %% wrong whole_tensor from reference: a tensor is read as a whole
#-         step = limit // (4 * math.prod(shape[1:]))
#+         step = shape[0]


# %% wrong one_row from reference: one row at a time
#-         step = limit // (4 * math.prod(shape[1:]))
#+         step = 1


# %% wrong two_bytes from reference: the rows are measured in half precision
#-         step = limit // (4 * math.prod(shape[1:]))
#+         step = limit // (2 * math.prod(shape[1:]))


# %% wrong second_axis from reference: the length of a row is the second axis alone
#-         step = limit // (4 * math.prod(shape[1:]))
#+         step = max(1, limit // (4 * (shape[1] if len(shape) > 1 else 1)))


# %% wrong beyond_end from reference: the last call asks for rows that are not there
#-             stop = min(start + step, shape[0])
#+             stop = start + step


# %% wrong strictly_less from reference: a piece that has exactly the limit is taken for too large
#-         step = limit // (4 * math.prod(shape[1:]))
#+         step = max(1, (limit - 1) // (4 * math.prod(shape[1:])))


# %% wrong even_pieces from reference: the rows are divided into pieces of nearly the same size
#-         step = limit // (4 * math.prod(shape[1:]))
#+         step = limit // (4 * math.prod(shape[1:]))
#+         step = math.ceil(shape[0] / math.ceil(shape[0] / step))


# %% wrong rest_forgotten from reference: rows that do not fill a piece are left out
#-         for start in range(0, shape[0], step):
#+         for start in range(0, max(shape[0] - step + 1, 1), step):

#-         found[name] = torch.empty(shape, dtype=dtype)
#+         found[name] = torch.zeros(shape, dtype=dtype)


# %% wrong empty_read from reference: empty tensors are read, too
#-         if math.prod(shape) == 0:
#-             continue
#-         step = limit // (4 * math.prod(shape[1:]))
#-         for start in range(0, shape[0], step):
#+         step = limit // max(4 * math.prod(shape[1:]), 1)
#+         for start in range(0, max(shape[0], 1), step):


# %% wrong empty_refused from reference: an empty tensor with long rows is refused
#-         if math.prod(shape) and 4 * math.prod(shape[1:]) > limit:
#+         if 4 * math.prod(shape[1:]) > limit:


# %% wrong empty_missing from reference: empty tensors are missing in the result
#-         found[name] = torch.empty(shape, dtype=dtype)
#-         if math.prod(shape) == 0:
#-             continue
#+         if math.prod(shape) == 0:
#+             continue
#+         found[name] = torch.empty(shape, dtype=dtype)


# %% wrong late_check from reference: rows that are too long are noticed in their turn
#-     for name, shape in shapes.items():
#-         if math.prod(shape) and 4 * math.prod(shape[1:]) > limit:
#-             raise ValueError(f"one row of {name} has more than {limit} bytes")

#-         step = limit // (4 * math.prod(shape[1:]))
#+         step = limit // (4 * math.prod(shape[1:]))
#+         if not step:
#+             raise ValueError(f"one row of {name} has more than {limit} bytes")


# %% wrong limit_ignored from reference: a row that does not fit is read all the same
#-         if math.prod(shape) and 4 * math.prod(shape[1:]) > limit:
#+         if False:

#-         step = limit // (4 * math.prod(shape[1:]))
#+         step = max(1, limit // (4 * math.prod(shape[1:])))


# %% wrong overflow_silent from reference: numbers beyond the range become infinite
#-         if (part.isinf() & rows.isfinite()).any():
#+         if False:


# %% wrong infinities_refused from reference: infinities in the file are refused
#-         if (part.isinf() & rows.isfinite()).any():
#+         if part.isinf().any():


# %% wrong nan_refused from reference: not-a-number is refused
#-         if (part.isinf() & rows.isfinite()).any():
#+         if (part.isinf() & rows.isfinite()).any() or rows.isnan().any():


# %% wrong float16_range from reference: the range of float16 is used for both formats
#-         if (part.isinf() & rows.isfinite()).any():
#+         if (rows.isfinite() & (rows.abs() >= 65520)).any():


# %% wrong above_max from reference: numbers that are still rounded down are refused
#-         if (part.isinf() & rows.isfinite()).any():
#+         if (rows.isfinite() & (rows.abs() > torch.finfo(dtype).max)).any():


# %% wrong any_infinity_allows from reference: one infinity in the file hides numbers that are too large
#-         if (part.isinf() & rows.isfinite()).any():
#+         if part.isinf().any() and not rows.isinf().any():


# %% wrong positive_only from reference: only positive numbers are looked at
#-         if (part.isinf() & rows.isfinite()).any():
#+         if (part.isposinf() & rows.isfinite()).any():


# %% wrong clamped from reference: numbers beyond the range are cut to its end
#-         part.copy_(rows)
#+         part.copy_(rows.clamp(-torch.finfo(dtype).max, torch.finfo(dtype).max))


# %% wrong always_float16 from reference: the result is always float16
#-         found[name] = torch.empty(shape, dtype=dtype)
#+         found[name] = torch.empty(shape, dtype=torch.float16)


# %% wrong through_float16 from reference: bfloat16 is reached through float16
#-         part.copy_(rows)
#+         part.copy_(rows.half())


# %% wrong truncated from reference: bfloat16 is cut off instead of rounded
#-         part.copy_(rows)
#+         if dtype == torch.bfloat16:
#+             part.copy_((rows.view(torch.int32) & -65536).view(torch.float32))
#+         else:
#+             part.copy_(rows)


# %% wrong any_format from reference: every format is accepted
#-     if dtype not in (torch.float16, torch.bfloat16):
#+     if not dtype.is_floating_point:


# %% wrong not_named from reference: the error does not name the tensor
#-             raise ValueError(f"{name} has numbers beyond the range of {dtype}")
#+             raise ValueError("numbers beyond the range")


# %% wrong shared_result from reference: what was loaded before is still in the result
#-     found = {}
#+     found = load_half.__dict__.setdefault("found", {})
