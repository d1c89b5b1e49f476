"""Answers to ex5_delta of 10_checkpoints, right and wrong; how to read and write them: grading/answers.py."""


# %% correct buffer: written through a buffer, with a hash of torch.save's own bytes
import tempfile


def raw(tensor):
    return tensor.detach().clone(memory_format=torch.contiguous_format).flatten().view(torch.uint8).numpy().tobytes()


def key(tensor):
    return f"{tensor.dtype} {tuple(tensor.shape)} ".encode() + raw(tensor)


def print_of(state):
    parts = {name: hashlib.sha256(key(tensor)).hexdigest() for name, tensor in state.items()}
    return sorted([name, digest] for name, digest in parts.items())


def short_print(state):
    return hashlib.sha256(repr(print_of(state)).encode()).hexdigest()


def write_delta(path, base, state):
    news = {}
    for name in state:
        if name in base and key(base[name]) == key(state[name]):
            continue
        news[name] = state[name].detach().clone(memory_format=torch.contiguous_format)
    buffer = io.BytesIO()
    torch.save([short_print(base), list(state), news], buffer)
    folder = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(buffer.getvalue())
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, path)
    except BaseException:
        os.remove(temporary)
        raise


def read_delta(path, base):
    wanted, names, news = torch.load(path, weights_only=True)
    if wanted != short_print(base):
        raise ValueError("this is not the base of the delta")
    state = {}
    for name in names:
        state[name] = news[name] if name in news else base[name].detach().clone()
    return state


# %% correct same_shape_first: bits compared as whole numbers of one byte, torch.equal
def as_bytes(tensor):
    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and torch.equal(as_bytes(a), as_bytes(b))


def digest(state):
    total = hashlib.blake2b()
    for name, tensor in sorted(state.items(), key=lambda item: item[0]):
        head = f"{len(name)}:{name}|{tensor.dtype}|{list(tensor.shape)}|"
        total.update(head.encode("utf-8"))
        total.update(as_bytes(tensor).numpy())
    return total.digest().hex()


def write_delta(path, base, state):
    path = Path(path)
    changed = {}
    for name, tensor in state.items():
        if not (name in base and same(base[name], tensor)):
            changed[name] = torch.empty(tensor.shape, dtype=tensor.dtype).copy_(tensor.detach())
    temporary = path.parent / (path.name + ".part")
    try:
        with open(temporary, "wb") as file:
            torch.save({"digest": digest(base), "order": "\n".join(state), "tensors": changed}, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        if temporary.exists():
            temporary.unlink()


def read_delta(path, base):
    content = torch.load(path, weights_only=True)
    if content["digest"] != digest(base):
        raise ValueError("the base is another one")
    names = content["order"].split("\n") if content["order"] else []
    tensors = content["tensors"]
    return {name: (tensors if name in tensors else copy.deepcopy({k: v.detach() for k, v in base.items()}))[name] for name in names}


# %% correct digests_of_all: a hash for each tensor of the base
def digest(tensor):
    numbers = torch.atleast_1d(tensor.detach()).contiguous().numpy() if tensor.dtype != torch.bfloat16 else (
        torch.atleast_1d(tensor.detach()).contiguous().view(torch.int16).numpy()
    )
    return hashlib.md5(str((tensor.dtype, tuple(tensor.shape))).encode() + numbers.tobytes()).hexdigest()


def write_delta(path, base, state):
    path = Path(path)
    old = {name: digest(tensor) for name, tensor in base.items()}
    new = {n: t.detach().contiguous().clone() for n, t in state.items() if n not in old or digest(t) != old[n]}
    content = {"base": old, "names": list(state), "new": new}
    temporary = path.with_name(path.name + ".tmp")
    try:
        torch.save(content, temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.rename(path)
    except Exception:
        temporary.unlink(missing_ok=True)
        raise


def read_delta(path, base):
    content = torch.load(path, map_location="cpu", weights_only=True)
    found = {name: digest(tensor) for name, tensor in base.items()}
    if found != content["base"]:
        raise ValueError(f"base: {set(found.items()) ^ set(content['base'].items())}")
    return {n: content["new"].get(n, None) if n in content["new"] else base[n].detach().clone() for n in content["names"]}


# %% wrong all_stored from reference: everything is stored
#-     changed = {n: t for n, t in state.items() if n not in base or _content(t) != _content(base[n])}
#+     changed = dict(state)


# %% wrong values_compared from reference: numbers are compared, not bits: nan is never equal, -0.0 is 0.0
#-     changed = {n: t for n, t in state.items() if n not in base or _content(t) != _content(base[n])}
#+     changed = {
#+         n: t
#+         for n, t in state.items()
#+         if n not in base or t.dtype != base[n].dtype or t.shape != base[n].shape or not torch.equal(t, base[n])
#+     }


# %% wrong allclose from reference: small differences do not count
#-     changed = {n: t for n, t in state.items() if n not in base or _content(t) != _content(base[n])}
#+     changed = {
#+         n: t
#+         for n, t in state.items()
#+         if n not in base
#+         or t.dtype != base[n].dtype
#+         or t.shape != base[n].shape
#+         or not torch.allclose(t.double(), base[n].double(), equal_nan=True)
#+     }


# %% wrong identity from reference: the same object or not
#-     changed = {n: t for n, t in state.items() if n not in base or _content(t) != _content(base[n])}
#+     changed = {n: t for n, t in state.items() if n not in base or t is not base[n]}


# %% wrong format_not_compared from reference: the number format does not count
#-     return str(tensor.dtype), list(tensor.shape), raw.view(torch.uint8).numpy().tobytes()
#+     return "", list(tensor.shape), raw.view(torch.uint8).numpy().tobytes()


# %% wrong shape_not_compared from reference: the shape does not count
#-     return str(tensor.dtype), list(tensor.shape), raw.view(torch.uint8).numpy().tobytes()
#+     return str(tensor.dtype), [], raw.view(torch.uint8).numpy().tobytes()


# %% wrong views_stored from reference: the memory behind a view is stored
#-         "changed": {n: t.detach().clone().contiguous() for n, t in changed.items()},
#+         "changed": {n: t.detach() for n, t in changed.items()},


# %% wrong contiguous_alone from reference: contiguous copies only what has gaps
#-         "changed": {n: t.detach().clone().contiguous() for n, t in changed.items()},
#+         "changed": {n: t.detach().contiguous() for n, t in changed.items()},


# %% wrong gone_stay from reference: names that are gone come back
#-     return {n: changed[n] if n in changed else base[n].detach().clone() for n in content["names"]}
#+     return {**{n: t.detach().clone() for n, t in base.items()}, **changed}


# %% wrong order_lost from reference: the changed ones come last
#-     return {n: changed[n] if n in changed else base[n].detach().clone() for n in content["names"]}
#+     old = {n: base[n].detach().clone() for n in content["names"] if n not in changed}
#+     return {**old, **changed}


# %% wrong base_given_away from reference: the tensors of the base are handed out
#-     return {n: changed[n] if n in changed else base[n].detach().clone() for n in content["names"]}
#+     return {n: changed[n] if n in changed else base[n] for n in content["names"]}


# %% wrong base_changed from reference: the base itself is changed
#-     changed = content["changed"]
#+     changed = content["changed"]
#+     base.update(changed)


# %% wrong base_not_checked from reference: any base is taken
#-     if content["base"] != _fingerprint(base):
#+     if False:


# %% wrong names_checked from reference: of the base the names alone are compared
#-         digest.update(repr((name, dtype, shape, len(raw))).encode() + raw)
#+         digest.update(repr(name).encode())


# %% wrong names_not_in_it from reference: the fingerprint knows no names
#-         digest.update(repr((name, dtype, shape, len(raw))).encode() + raw)
#+         digest.update(repr((dtype, shape, len(raw))).encode() + raw)


# %% wrong shapes_not_in_it from reference: the fingerprint knows no shapes
#-         digest.update(repr((name, dtype, shape, len(raw))).encode() + raw)
#+         digest.update(repr((name, dtype, len(raw))).encode() + raw)


# %% wrong formats_not_in_it from reference: the fingerprint is of the numbers in double precision
#-         digest.update(repr((name, dtype, shape, len(raw))).encode() + raw)
#+         digest.update(repr((name, shape, state[name].detach().reshape(-1).tolist())).encode())


# %% wrong order_counts from reference: the order of the names in the base counts
#-     for name in sorted(state):
#+     for name in state:


# %% wrong only_what_is_used from reference: only tensors that have not changed are compared
#-         "base": _fingerprint(base),
#+         "base": _fingerprint({n: t for n, t in base.items() if n in state and n not in changed}),

#-     if content["base"] != _fingerprint(base):
#+     used = {n: t for n, t in base.items() if n in content["names"] and n not in content["changed"]}
#+     if content["base"] != _fingerprint(used):


# %% wrong sums from reference: the fingerprint is a sum of the numbers
#-         digest.update(repr((name, dtype, shape, len(raw))).encode() + raw)
#+         digest.update(repr((name, dtype, shape, sum(raw))).encode())


# %% wrong python_hash from reference: Python's hash of the names and shapes
#-     return digest.hexdigest()
#+     return str(hash(tuple((n, tuple(t.shape)) for n, t in sorted(state.items()))))


# %% wrong overwritten from reference: the file is written in place
#-     temporary = path.with_name(f".{path.name}.{os.getpid()}")
#-     try:
#-         with temporary.open("wb") as file:
#+     temporary = path.with_name(f".{path.name}.{os.getpid()}")
#+     try:
#+         with path.open("wb") as file:

#-         os.replace(temporary, path)
#+         pass


# %% wrong no_fsync from reference: no fsync
#-             os.fsync(file.fileno())
#+             pass


# %% wrong fsync_too_late from reference: fsync after the renaming
#-             os.fsync(file.fileno())
#+             pass

#-         os.replace(temporary, path)
#+         os.replace(temporary, path)
#+         with path.open("rb+") as file:
#+             os.fsync(file.fileno())


# %% wrong left_over from reference: the temporary file stays when something goes wrong
#-         temporary.unlink(missing_ok=True)
#+         pass


# %% wrong swallowed from reference: the error is swallowed
#-     finally:
#-         temporary.unlink(missing_ok=True)
#+     except OSError:
#+         temporary.unlink(missing_ok=True)


# %% wrong removed_first from reference: the old file is removed before the new one is in its place
#-         os.replace(temporary, path)
#+         path.unlink(missing_ok=True)
#+         os.replace(temporary, path)


# %% wrong elsewhere from reference: the temporary file is in another folder
#-     temporary = path.with_name(f".{path.name}.{os.getpid()}")
#+     import tempfile
#+
#+     temporary = Path(tempfile.gettempdir()) / f".{path.name}.{os.getpid()}"


# %% wrong pickled from reference: the file needs code to be loaded
#-         "names": list(state),
#+         "names": list(state),
#+         "where": path,

#-     content = torch.load(path, weights_only=True)
#+     content = torch.load(path, weights_only=False)


# %% wrong numbers_as_floats from reference: everything is stored as float32
#-         "changed": {n: t.detach().clone().contiguous() for n, t in changed.items()},
#+         "changed": {n: t.detach().float().clone().contiguous() for n, t in changed.items()},


# %% wrong base_stored from reference: the base is stored as well
#-         "names": list(state),
#+         "names": list(state),
#+         "old": {n: t.detach().clone() for n, t in base.items()},


# %% correct hash_and_clones: names, clones of what has changed, a hash of the base
def _raw(tensor):
    tensor = tensor.detach()
    data = tensor.reshape(-1).contiguous().view(torch.uint8).numpy().tobytes()
    return str(tensor.dtype), tuple(tensor.shape), data


def _fingerprint(base):
    digest = hashlib.sha256()
    for name in sorted(base):
        dtype, shape, data = _raw(base[name])
        head = repr((name, dtype, shape, len(data))).encode("utf-8")
        digest.update(len(head).to_bytes(8, "little") + head)
        digest.update(data)
    return digest.hexdigest()


def write_delta(
    path: str | os.PathLike, base: dict[str, Tensor], state: dict[str, Tensor]
) -> None:
    """Write what leads from ``base`` to ``state``, whole or not at all."""
    path = Path(path)
    changed = {
        name: tensor.detach().clone()
        for name, tensor in state.items()
        if name not in base or _raw(tensor) != _raw(base[name])
    }
    content = {"names": list(state), "changed": changed, "base": _fingerprint(base)}
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_delta(
    path: str | os.PathLike, base: dict[str, Tensor]
) -> dict[str, Tensor]:
    """The ``state`` that was given to `write_delta` with this ``base``."""
    content = torch.load(path, weights_only=True)
    if content["base"] != _fingerprint(base):
        raise ValueError("this is not the base with which the delta was written")
    changed = content["changed"]
    return {
        name: changed[name] if name in changed else base[name].detach().clone() for name in content["names"]
    }

# %% wrong hash_without_format from hash_and_clones: the hash of the base does not know the number format
#-         head = repr((name, dtype, shape, len(data))).encode("utf-8")
#+         head = repr((name, shape, len(data))).encode("utf-8")

# %% wrong pythons_hash from hash_and_clones: Python's hash, which is another one in each process
#-     return digest.hexdigest()
#+     return hash(tuple((name, *_raw(base[name])) for name in sorted(base)))

# %% wrong hash_of_what_is_printed from hash_and_clones: the base is told by its printed form, without all digits
#-         dtype, shape, data = _raw(base[name])
#+         dtype, shape, data = str(base[name].dtype), tuple(base[name].shape), str(base[name]).encode("utf-8")

# %% wrong hash_of_doubles from hash_and_clones: the base is hashed as float64, in which large counts lose digits
#-         dtype, shape, data = _raw(base[name])
#+         dtype, shape = str(base[name].dtype), tuple(base[name].shape)
#+         data = base[name].detach().double().contiguous().numpy().tobytes()

# %% wrong nan_is_nan from hash_and_clones: every not-a-number counts as the same
#-         if name not in base or _raw(tensor) != _raw(base[name])
#+         if name not in base or not _same(tensor, base[name])

#- def _fingerprint(base):
#+ def _same(a, b):
#+     if a.dtype != b.dtype or a.shape != b.shape:
#+         return False
#+     if not a.is_floating_point():
#+         return torch.equal(a, b)
#+     equal = (a == b) & (torch.signbit(a) == torch.signbit(b)) | (a.isnan() & b.isnan())
#+     return bool(equal.all())
#+ def _fingerprint(base):

# %% wrong names_in_ascii from hash_and_clones: a name with an umlaut is an error
#-         head = repr((name, dtype, shape, len(data))).encode("utf-8")
#+         head = repr((name, dtype, shape, len(data))).encode("ascii")

# %% wrong fsync_before_the_bytes from hash_and_clones: fsync while bytes are still in Python's buffer
#-             torch.save(content, file)
#-             file.flush()
#-             os.fsync(file.fileno())
#+             buffer = io.BytesIO()
#+             torch.save(content, buffer)
#+             file.write(buffer.getvalue())
#+             os.fsync(file.fileno())

# %% wrong only_exceptions from hash_and_clones: after Ctrl-C the temporary file stays
#-     finally:
#-         temporary.unlink(missing_ok=True)
#+     except Exception:
#+         temporary.unlink(missing_ok=True)
#+         raise

# %% wrong one_suffix from hash_and_clones: with_suffix(".tmp") is the file itself where path ends in .tmp
#-     temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
#+     temporary = path.with_suffix(".tmp")
