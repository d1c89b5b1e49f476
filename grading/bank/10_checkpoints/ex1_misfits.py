"""Answers to ex1_misfits of 10_checkpoints, right and wrong; how to read and write them: grading/answers.py."""


# %% correct loops: one loop over the module's names
def misfits(saved, module):
    own = module.state_dict()
    prefix = "module."
    if len(saved) and all(n.startswith(prefix) for n in saved) and all(not n.startswith(prefix) for n in own):
        saved = dict(zip([n[len(prefix) :] for n in saved], saved.values()))
    report = dict(missing=[], unexpected=[], shape=[], dtype=[])
    for name, tensor in own.items():
        if name not in saved:
            report["missing"].append(name)
            continue
        other = saved[name]
        if other.size() != tensor.size():
            report["shape"].append([name, [*other.shape], [*tensor.shape]])
        elif other.dtype != tensor.dtype:
            report["dtype"].append([name] + [str(t.dtype).split(".")[-1] for t in (other, tensor)])
    for name in saved:
        if name not in own:
            report["unexpected"].append(name)
    return report


# %% correct sets: sets of names, lists in their order
def short(dtype):
    return str(dtype)[6:]


def misfits(saved, module):
    own = dict(module.state_dict())
    if saved and not [n for n in saved if n[:7] != "module."] and not [n for n in own if n[:7] == "module."]:
        saved = {n.replace("module.", "", 1): t for n, t in saved.items()}
    common = saved.keys() & own.keys()
    odd = {n for n in common if tuple(saved[n].shape) != tuple(own[n].shape)}
    return {
        "dtype": [(n, short(saved[n].dtype), short(t.dtype)) for n, t in own.items() if n in common - odd and saved[n].dtype != t.dtype],
        "shape": [(n, list(saved[n].shape), list(own[n].shape)) for n in own if n in odd],
        "unexpected": list(filter(lambda n: n not in common, saved)),
        "missing": list(filter(lambda n: n not in common, own)),
    }


# %% correct renamed: a dict of what the names are called in saved
def misfits(saved, module):
    expected = module.state_dict()
    begins = lambda names: [n.partition(".")[0] == "module" and "." in n for n in names]
    cut = any(begins(saved)) and False not in begins(saved) and True not in begins(expected)
    theirs = {}
    for name in saved:
        theirs[name.split(".", 1)[1] if cut else name] = saved[name]
    missing, shape, dtype = [], [], []
    for name in expected:
        try:
            a, b = theirs[name], expected[name]
        except KeyError:
            missing += [name]
        else:
            if list(a.shape) != list(b.shape):
                shape += [(name, list(a.shape), list(b.shape))]
            elif a.dtype is not b.dtype:
                dtype += [(name, repr(a.dtype).removeprefix("torch."), repr(b.dtype).removeprefix("torch."))]
    return {"missing": missing, "unexpected": [n for n in theirs if n not in expected], "shape": shape, "dtype": dtype}


# %% wrong parameters_alone from reference: the buffers are not looked at
#-     own = module.state_dict()
#+     own = dict(module.named_parameters())


# %% wrong prefix_never from reference: the beginning of the names is never taken away
#-     if begun and all(begun) and not any(name.startswith("module.") for name in own):
#+     if False:


# %% wrong prefix_always from reference: the beginning is taken away wherever it stands
#-     if begun and all(begun) and not any(name.startswith("module.") for name in own):
#+     if begun:


# %% wrong prefix_any from reference: one name with the beginning is enough
#-     if begun and all(begun) and not any(name.startswith("module.") for name in own):
#+     if any(begun) and not any(name.startswith("module.") for name in own):


# %% wrong prefix_own from reference: the module's own names are not asked
#-     if begun and all(begun) and not any(name.startswith("module.") for name in own):
#+     if begun and all(begun):


# %% wrong prefix_twice from reference: the beginning is taken away as often as it stands
#-         saved = {name.removeprefix("module."): tensor for name, tensor in saved.items()}
#+         saved = {name.replace("module.", ""): tensor for name, tensor in saved.items()}


# %% wrong prefix_without_dot from reference: module without its dot counts, too
#-     begun = [name.startswith("module.") for name in saved]
#+     begun = [name.startswith("module") for name in saved]

#-         saved = {name.removeprefix("module."): tensor for name, tensor in saved.items()}
#+         saved = {name.removeprefix("module").removeprefix("."): tensor for name, tensor in saved.items()}


# %% wrong strip_letters from reference: lstrip takes away letters, not a beginning
#-         saved = {name.removeprefix("module."): tensor for name, tensor in saved.items()}
#+         saved = {name.lstrip("module."): tensor for name, tensor in saved.items()}


# %% wrong in_place from reference: saved loses its old names
#-         saved = {name.removeprefix("module."): tensor for name, tensor in saved.items()}
#+         for name in list(saved):
#+             saved[name.removeprefix("module.")] = saved.pop(name)


# %% wrong exchanged from reference: the module's shape comes first
#-         "shape": [(name, list(a.shape), list(b.shape)) for name, a, b in both if a.shape != b.shape],
#+         "shape": [(name, list(b.shape), list(a.shape)) for name, a, b in both if a.shape != b.shape],


# %% wrong numel from reference: how many numbers there are is compared, not the shapes
#-         "shape": [(name, list(a.shape), list(b.shape)) for name, a, b in both if a.shape != b.shape],
#+         "shape": [(name, list(a.shape), list(b.shape)) for name, a, b in both if a.numel() != b.numel()],


# %% wrong squeezed from reference: axes of length one do not count
#-         "shape": [(name, list(a.shape), list(b.shape)) for name, a, b in both if a.shape != b.shape],
#+         "shape": [
#+             (name, list(a.shape), list(b.shape)) for name, a, b in both if a.squeeze().shape != b.squeeze().shape
#+         ],


# %% wrong dtype_of_all from reference: formats are reported where the shapes differ, too
#-             if a.shape == b.shape and a.dtype != b.dtype
#+             if a.dtype != b.dtype


# %% wrong torch_names from reference: formats have torch. before them
#-             (name, str(a.dtype).removeprefix("torch."), str(b.dtype).removeprefix("torch."))
#+             (name, str(a.dtype), str(b.dtype))


# %% wrong formats_as_objects from reference: formats are torch's own objects, not text
#-             (name, str(a.dtype).removeprefix("torch."), str(b.dtype).removeprefix("torch."))
#+             (name, a.dtype, b.dtype)


# %% wrong sorted_names from reference: the names are sorted
#-         "missing": [name for name in own if name not in saved],
#+         "missing": sorted(name for name in own if name not in saved),


# %% wrong unexpected_sorted from reference: unexpected names are sorted
#-         "unexpected": [name for name in saved if name not in own],
#+         "unexpected": sorted(saved.keys() - own.keys()),


# %% wrong sets_returned from reference: sets for lists
#-         "missing": [name for name in own if name not in saved],
#-         "unexpected": [name for name in saved if name not in own],
#+         "missing": own.keys() - saved.keys(),
#+         "unexpected": saved.keys() - own.keys(),


# %% wrong order_of_saved from reference: shapes and formats come in the order of saved
#-     both = [(name, saved[name], tensor) for name, tensor in own.items() if name in saved]
#+     both = [(name, tensor, own[name]) for name, tensor in saved.items() if name in own]


# %% wrong loads_it from reference: the module is loaded to see what torch says
#-     own = module.state_dict()
#+     module.eval()
#+     own = module.state_dict()


# %% wrong empty_keys_left_out from reference: keys with nothing to report are missing
#-     return {
#+     report = {

#-             if a.shape == b.shape and a.dtype != b.dtype
#-         ],
#-     }
#+             if a.shape == b.shape and a.dtype != b.dtype
#+         ],
#+     }
#+     return {key: value for key, value in report.items() if value}


# %% correct comprehensions: one for each key
def misfits(saved: dict[str, Tensor], module: nn.Module) -> dict[str, list]:
    """What in ``saved`` does not fit into ``module``, by kind."""
    expected = module.state_dict()
    start = "module."
    begun = all(name.startswith(start) for name in saved)
    if saved and begun and not any(name.startswith(start) for name in expected):
        saved = {name[len(start):]: tensor for name, tensor in saved.items()}
    both = [name for name in expected if name in saved]
    same = [name for name in both if saved[name].shape == expected[name].shape]
    return {
        "missing": [name for name in expected if name not in saved],
        "unexpected": [name for name in saved if name not in expected],
        "shape": [(name, list(saved[name].shape), list(expected[name].shape)) for name in both if name not in same],
        "dtype": [
            (name, str(saved[name].dtype).removeprefix("torch."), str(expected[name].dtype).removeprefix("torch."))
            for name in same
            if saved[name].dtype != expected[name].dtype
        ],
    }

# %% wrong all_expected_begin from comprehensions: taken away unless all names of the module begin so
#-     if saved and begun and not any(name.startswith(start) for name in expected):
#+     if saved and begun and not (expected and all(name.startswith(start) for name in expected)):

# %% wrong tied_names_missing from comprehensions: of two names for one tensor only the first is expected
#-     expected = module.state_dict()
#+     expected, seen = {}, set()
#+     for name, tensor in module.state_dict(keep_vars=True).items():
#+         if id(tensor) not in seen:
#+             seen.add(id(tensor))
#+             expected[name] = tensor

# %% wrong characters_stripped from comprehensions: strip takes characters, not a beginning; complex64 becomes mplex64
#-             (name, str(saved[name].dtype).removeprefix("torch."), str(expected[name].dtype).removeprefix("torch."))
#+             (name, str(saved[name].dtype).lstrip("torch."), str(expected[name].dtype).lstrip("torch."))
