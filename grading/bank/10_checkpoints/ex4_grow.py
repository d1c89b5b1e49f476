"""Answers to ex4_grow of 10_checkpoints, right and wrong; how to read and write them: grading/answers.py."""


# %% correct by_hand: dicts built anew, storages compared
def grow_vocabulary(checkpoint, n_new, name="wte.weight"):
    model = checkpoint["model"]
    table = model[name]

    def is_table(tensor):
        return tensor is table or (tensor.data_ptr() == table.data_ptr() and tensor.shape == table.shape)

    def extended(tensor, fill):
        n, emb = tensor.shape
        out = tensor.new_empty(n + n_new, emb)
        out[:n] = tensor
        out[n:] = fill
        return out

    def average(tensor):
        wide = tensor.double() if tensor.dtype == torch.float64 else tensor.float()
        return wide.sum(0).div(len(tensor)).to(tensor.dtype)

    larger = extended(table, average(table))
    new_model = {n: larger if is_table(t) else t.clone() for n, t in model.items()}
    state = {}
    for i, entry in checkpoint["optimizer"]["state"].items():
        state[i] = {k: copy.deepcopy(v) for k, v in entry.items()}
        owner = checkpoint["parameters"][i]
        if is_table(model[owner]):
            state[i]["exp_avg"] = extended(entry["exp_avg"], 0)
            for key in ("exp_avg_sq", "max_exp_avg_sq"):
                if key in entry:
                    state[i][key] = extended(entry[key], average(entry[key]))
    new = {}
    for key, value in checkpoint.items():
        if key == "model":
            new[key] = new_model
        elif key == "optimizer":
            rest = {k: copy.deepcopy(v) for k, v in value.items() if k != "state"}
            new[key] = {k: state if k == "state" else rest[k] for k in value}
        elif key == "config":
            new[key] = {**copy.deepcopy(value), "vocab_size": value["vocab_size"] + n_new}
        else:
            new[key] = copy.deepcopy(value)
    return new


# %% correct within_the_copy: everything in the deep copy, numpy-like concatenation
def grow_vocabulary(checkpoint, n_new, name="wte.weight"):
    result = copy.deepcopy(checkpoint)
    weights = result["model"]
    old = weights[name]
    same = [key for key in weights if weights[key].data_ptr() == old.data_ptr() and weights[key].shape == old.shape]

    def rows(tensor, zero=False):
        first = torch.zeros_like(tensor[0]) if zero else tensor.to(torch.promote_types(tensor.dtype, torch.float32)).mean(0)
        return torch.vstack([tensor] + [first.to(tensor.dtype)[None]] * n_new)

    bigger = rows(old).clone()
    for key in same:
        weights[key] = bigger
    for key in same:
        if key in result["parameters"]:
            i = result["parameters"].index(key)
            if i in result["optimizer"]["state"]:
                moments = result["optimizer"]["state"][i]
                for part in [p for p in moments if p.endswith(("exp_avg", "exp_avg_sq"))]:
                    moments[part] = rows(moments[part], zero=part == "exp_avg").clone()
    result["config"]["vocab_size"] = result["config"]["vocab_size"] + n_new
    return result


# %% correct module: an nn.functional.pad and an index
def grow_vocabulary(checkpoint, n_new, name="wte.weight"):
    import torch.nn.functional as F

    new = copy.deepcopy(checkpoint)
    address = new["model"][name].data_ptr(), new["model"][name].shape
    n = len(new["model"][name])

    def grow(tensor, key):
        out = F.pad(tensor, (0, 0, 0, n_new))
        if key != "exp_avg":
            out[n:] = tensor.double().mean(0).to(tensor.dtype)
        return out

    tied = [k for k, t in new["model"].items() if (t.data_ptr(), t.shape) == address]
    table = grow(new["model"][name], name)
    for k in tied:
        new["model"][k] = table
    for i, parameter in enumerate(new["parameters"]):
        if parameter in tied:
            entry = new["optimizer"]["state"].get(i, {})
            for key in entry:
                if key != "step":
                    entry[key] = grow(entry[key], key)
    new["config"]["vocab_size"] += n_new
    return new


# %% wrong zero_rows from reference: new rows are zero
#-     larger = grown(table, mean(table))
#+     larger = grown(table, torch.zeros_like(table[:1]))


# %% wrong rows_in_front from reference: new rows stand before the old ones
#-         return torch.cat([tensor, row.to(tensor.dtype).expand(n_new, -1)])
#+         return torch.cat([row.to(tensor.dtype).expand(n_new, -1), tensor])


# %% wrong mean_of_the_row from reference: the mean runs along the wrong axis
#-         return wide.mean(dim=0, keepdim=True)
#+         return wide.mean(dim=1, keepdim=True)[:1].expand(1, tensor.shape[1])


# %% wrong squares_zero from reference: exp_avg_sq begins at zero
#-                     entry[key] = grown(value, mean(value))
#+                     entry[key] = grown(value, torch.zeros_like(value[:1]))


# %% wrong average_mean from reference: exp_avg begins with the mean of the old rows
#-                     entry[key] = grown(value, torch.zeros_like(value[:1]))
#+                     entry[key] = grown(value, mean(value))


# %% wrong amsgrad_forgotten from reference: max_exp_avg_sq does not grow
#-                 elif key in ("exp_avg_sq", "max_exp_avg_sq"):
#+                 elif key == "exp_avg_sq":


# %% wrong optimizer_forgotten from reference: AdamW's state does not grow
#-         if parameter in tied and entry is not None:
#+         if False:


# %% wrong by_shape from reference: everything of the table's shape grows
#-         if (tensor.data_ptr(), tensor.shape, tensor.stride()) == (table.data_ptr(), table.shape, table.stride())
#+         if tensor.shape == table.shape


# %% wrong by_numbers from reference: equal numbers count as tied
#-         if (tensor.data_ptr(), tensor.shape, tensor.stride()) == (table.data_ptr(), table.shape, table.stride())
#+         if torch.equal(tensor, table)


# %% wrong ties_forgotten from reference: tied names do not grow
#-         if (tensor.data_ptr(), tensor.shape, tensor.stride()) == (table.data_ptr(), table.shape, table.stride())
#+         if other == name


# %% wrong ties_cut from reference: tied names get a copy each
#-     new["model"].update(dict.fromkeys(tied, larger))
#+     new["model"].update({other: larger.clone() for other in tied})


# %% wrong by_name_alone from reference: the optimizer knows the table under the given name only
#-         if parameter in tied and entry is not None:
#+         if parameter == name and entry is not None:


# %% wrong fixed_name from reference: the name is always wte.weight
#-     table = checkpoint["model"][name]
#+     name = "wte.weight" if "wte.weight" in checkpoint["model"] else name
#+     table = checkpoint["model"][name]


# %% wrong index_of_the_model from reference: entries are counted in the order of the model
#-     for index, parameter in enumerate(new["parameters"]):
#+     for index, parameter in enumerate(new["model"]):


# %% wrong mean_in_16_bits from reference: means are computed in the tensor's own format
#-         wide = tensor if tensor.dtype == torch.float64 else tensor.float()
#+         wide = tensor.cumsum(0)[-1:] / len(tensor)
#+         return wide


# %% wrong float64_lost from reference: means of float64 are computed in float32
#-         wide = tensor if tensor.dtype == torch.float64 else tensor.float()
#+         wide = tensor.float()


# %% wrong format_lost from reference: the result is float32 where the table is shorter
#-         return torch.cat([tensor, row.to(tensor.dtype).expand(n_new, -1)])
#+         return torch.cat([tensor.to(row.dtype), row.expand(n_new, -1)])


# %% wrong shallow from reference: a shallow copy: config and state of the argument change
#-     new = copy.deepcopy(checkpoint)
#+     new = dict(checkpoint)
#+     new["model"] = dict(checkpoint["model"])


# %% wrong memory_shared from reference: the other tensors are those of the argument
#-     new = copy.deepcopy(checkpoint)
#+     new = copy.deepcopy(checkpoint)
#+     new["model"] = dict(checkpoint["model"])


# %% wrong vocab_size_forgotten from reference: vocab_size stays
#-     new["config"]["vocab_size"] += n_new
#+     pass


# %% wrong vocab_size_of_one from reference: vocab_size grows by one
#-     new["config"]["vocab_size"] += n_new
#+     new["config"]["vocab_size"] += 1


# %% wrong one_row from reference: one new row, however many are asked for
#-         return torch.cat([tensor, row.to(tensor.dtype).expand(n_new, -1)])
#+         return torch.cat([tensor, row.to(tensor.dtype)])


# %% wrong fresh_step from reference: AdamW's step begins again
#-                 if key == "exp_avg":
#+                 if key == "step":
#+                     entry[key] = torch.zeros_like(value)
#+                 elif key == "exp_avg":


# %% wrong random_rows from reference: new rows are random
#-     larger = grown(table, mean(table))
#+     larger = grown(table, torch.randn_like(table[:1]) * 0.02)


# %% wrong names_moved from reference: the table moves to the end of the names
#-     new["model"].update(dict.fromkeys(tied, larger))
#+     for other in tied:
#+         del new["model"][other]
#+     new["model"].update(dict.fromkeys(tied, larger))


# %% wrong further_keys_lost from reference: further keys do not come along
#-     new = copy.deepcopy(checkpoint)
#+     new = copy.deepcopy({k: checkpoint[k] for k in ("model", "parameters", "optimizer", "config")})


# %% wrong no_step_crash from reference: a table without an entry of AdamW is an error
#-         entry = new["optimizer"]["state"].get(index)
#+         entry = new["optimizer"]["state"][index]


# %% correct deep_copy_first: a deep copy, then one new table for all tied names
def grow_vocabulary(
    checkpoint: dict, n_new: int, name: str = "wte.weight"
) -> dict:
    """A copy of the checkpoint with ``n_new`` more rows in the table ``name``."""

    def with_rows(old, zeros=False):
        wide = old.float() if old.dtype in (torch.float16, torch.bfloat16) else old
        row = torch.zeros_like(wide[0]) if zeros else wide.mean(dim=0)
        new = row.to(old.dtype).expand(n_new, -1)
        return torch.cat([old, new])

    result = copy.deepcopy(checkpoint)
    model = result["model"]
    table = model[name]
    tied = [n for n, t in model.items() if t.data_ptr() == table.data_ptr() and t.shape == table.shape]
    grown = with_rows(table.detach())
    for other in tied:
        model[other] = grown
    for index, parameter in enumerate(result["parameters"]):
        if parameter in tied:
            entry = result["optimizer"]["state"].get(index, {})
            for key in ("exp_avg", "exp_avg_sq", "max_exp_avg_sq"):
                if key in entry:
                    entry[key] = with_rows(entry[key], zeros=key == "exp_avg")
    result["config"]["vocab_size"] += n_new
    return result

# %% wrong tied_by_identity from deep_copy_first: only the same object counts as tied, not the same memory
#-     tied = [n for n, t in model.items() if t.data_ptr() == table.data_ptr() and t.shape == table.shape]
#+     tied = [n for n, t in model.items() if t is table]

# %% wrong views_grow_too from deep_copy_first: a view of the first rows begins at the same address, and grows too
#-     tied = [n for n, t in model.items() if t.data_ptr() == table.data_ptr() and t.shape == table.shape]
#+     tied = [n for n, t in model.items() if t.data_ptr() == table.data_ptr()]

# %% wrong same_storage_is_tied from deep_copy_first: other parts of one large memory, of the same shape, count as tied
#-     tied = [n for n, t in model.items() if t.data_ptr() == table.data_ptr() and t.shape == table.shape]
#+     memory = table.untyped_storage().data_ptr()
#+     tied = [n for n, t in model.items() if t.untyped_storage().data_ptr() == memory and t.shape == table.shape]

# %% wrong table_must_be_known from deep_copy_first: a StopIteration when the frozen table is not in "parameters"
#-     for index, parameter in enumerate(result["parameters"]):
#-         if parameter in tied:
#+     for index in [next(i for i, n in enumerate(result["parameters"]) if n in tied)]:
#+         if index in result["optimizer"]["state"]:

# %% wrong bfloat16_mean_as_it_is from deep_copy_first: the mean of bfloat16 is a bfloat16 sum
#-         wide = old.float() if old.dtype in (torch.float16, torch.bfloat16) else old
#-         row = torch.zeros_like(wide[0]) if zeros else wide.mean(dim=0)
#+         wide = old.float() if old.dtype == torch.float16 else old
#+         row = torch.zeros_like(wide[0]) if zeros else sum(wide) / len(wide)

# %% wrong averages_in_their_own_format from deep_copy_first: the means of AdamW's averages are computed in 16 bits
#-         wide = old.float() if old.dtype in (torch.float16, torch.bfloat16) else old
#-         row = torch.zeros_like(wide[0]) if zeros else wide.mean(dim=0)
#+         wide = old.float() if old.dtype.itemsize == 2 and old.data_ptr() == table.data_ptr() else old
#+         row = torch.zeros_like(wide[0]) if zeros else wide.sum(dim=0) / len(wide)
