"""Answers to ex4_adamw of 06_training, right and wrong; how to read and write them: grading/answers.py."""


# %% correct formulas: the formulas of the lesson, one by one
class MyAdamW:
    def __init__(self, groups, lr, betas=(0.9, 0.999), eps=1e-8):
        self.param_groups = []
        seen = set()
        for group in groups:
            params = list(group["params"])
            for p in params:
                if id(p) in seen:
                    raise ValueError("the same parameter twice")
                seen.add(id(p))
            self.param_groups.append(
                {"params": params, "weight_decay": group["weight_decay"], "lr": group.get("lr", lr)}
            )
        self.betas = betas
        self.eps = eps
        self.m, self.v, self.t = {}, {}, {}

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for group in self.param_groups:
                lr, decay = group["lr"], group["weight_decay"]
                for p in group["params"]:
                    g = p.grad
                    if g is None:
                        continue
                    key = id(p)
                    t = self.t[key] = self.t.get(key, 0) + 1
                    self.m[key] = beta1 * self.m.get(key, 0) + (1 - beta1) * g
                    self.v[key] = beta2 * self.v.get(key, 0) + (1 - beta2) * g**2
                    m_hat = self.m[key] / (1 - beta1**t)
                    v_hat = self.v[key] / (1 - beta2**t)
                    p -= lr * decay * p
                    p -= lr * m_hat / (v_hat.sqrt() + self.eps)

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None


# %% correct tensors_as_keys: a state for each parameter, made when the optimizer is made
class MyAdamW:
    def __init__(self, groups, lr, betas=(0.9, 0.999), eps=1e-8):
        self.param_groups = [{"lr": lr, **group, "params": [*group["params"]]} for group in groups]
        everything = [p for group in self.param_groups for p in group["params"]]
        if len({id(p) for p in everything}) != len(everything):
            raise ValueError("a parameter is there twice")
        self.state = {p: {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)} for p in everything}
        (self.beta1, self.beta2), self.eps = betas, eps

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.move(p, self.state[p], group["lr"], group["weight_decay"])

    def move(self, p, state, lr, decay):
        state["t"] += 1
        state["m"].lerp_(p.grad, 1 - self.beta1)
        state["v"].lerp_(p.grad.square(), 1 - self.beta2)
        size = (state["v"] / (1 - self.beta2 ** state["t"])).sqrt() + self.eps
        p.mul_(1 - lr * decay).addcdiv_(state["m"] / (1 - self.beta1 ** state["t"]), size, value=-lr)

    def zero_grad(self):
        for p in self.state:
            p.grad = None


# %% correct data: through .data, and one object for each parameter
class Memory:
    def __init__(self, p):
        self.p, self.steps = p, 0
        self.first = torch.zeros_like(p.data)
        self.second = torch.zeros_like(p.data)


class MyAdamW:
    def __init__(self, groups, lr, betas=(0.9, 0.999), eps=1e-8):
        self.betas, self.eps, self.memories, self.param_groups = betas, eps, {}, []
        for old in groups:
            group = dict(old)
            group.setdefault("lr", lr)
            group["params"] = list(group["params"])
            for p in group["params"]:
                if id(p) in self.memories:
                    raise ValueError("twice")
                self.memories[id(p)] = Memory(p)
            self.param_groups.append(group)

    def step(self):
        b1, b2 = self.betas
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                k = self.memories[id(p)]
                k.steps += 1
                k.first = b1 * k.first + (1 - b1) * p.grad.data
                k.second = b2 * k.second + (1 - b2) * p.grad.data * p.grad.data
                first, second = k.first / (1 - b1**k.steps), k.second / (1 - b2**k.steps)
                p.data = p.data - group["lr"] * group["weight_decay"] * p.data
                p.data = p.data - group["lr"] * first / (torch.sqrt(second) + self.eps)

    def zero_grad(self):
        for memory in self.memories.values():
            memory.p.grad = None


# %% wrong no_decay from formulas: no decay
#-                     p -= lr * decay * p
#-                     p -= lr * m_hat / (v_hat.sqrt() + self.eps)
#+                     p -= lr * m_hat / (v_hat.sqrt() + self.eps)

# %% wrong l2 from formulas: the decay goes into the gradient, as in Adam
#-                     g = p.grad
#-                     if g is None:
#-                         continue
#+                     g = p.grad
#+                     if g is None:
#+                         continue
#+                     g = g + decay * p

#-                     p -= lr * decay * p
#-                     p -= lr * m_hat / (v_hat.sqrt() + self.eps)
#+                     p -= lr * m_hat / (v_hat.sqrt() + self.eps)

# %% wrong decay_without_rate from formulas: the decay is not multiplied by the rate
#-                     p -= lr * decay * p
#+                     p -= decay * p

# %% wrong decay_after from formulas: the decay comes after the step
#-                     p -= lr * decay * p
#-                     p -= lr * m_hat / (v_hat.sqrt() + self.eps)
#+                     p -= lr * m_hat / (v_hat.sqrt() + self.eps)
#+                     p -= lr * decay * p

# %% wrong no_correction from formulas: averages are not corrected for their start
#-                     m_hat = self.m[key] / (1 - beta1**t)
#-                     v_hat = self.v[key] / (1 - beta2**t)
#+                     m_hat = self.m[key]
#+                     v_hat = self.v[key]

# %% wrong v_not_corrected from formulas: only m is corrected
#-                     v_hat = self.v[key] / (1 - beta2**t)
#+                     v_hat = self.v[key]

# %% wrong corrected_average_kept from formulas: the corrected average is kept as the average
#-                     m_hat = self.m[key] / (1 - beta1**t)
#+                     m_hat = self.m[key] = self.m[key] / (1 - beta1**t)

# %% wrong eps_inside from formulas: epsilon inside the root
#-                     p -= lr * m_hat / (v_hat.sqrt() + self.eps)
#+                     p -= lr * m_hat / (v_hat + self.eps).sqrt()

# %% wrong no_root from formulas: no square root
#-                     p -= lr * m_hat / (v_hat.sqrt() + self.eps)
#+                     p -= lr * m_hat / (v_hat + self.eps)

# %% wrong betas_swapped from formulas: beta1 and beta2 have changed places
#-         beta1, beta2 = self.betas
#+         beta2, beta1 = self.betas

# %% wrong fixed_betas from formulas: the usual betas, whatever is given
#-         self.betas = betas
#+         self.betas = (0.9, 0.999)

# %% wrong fixed_eps from formulas: the usual epsilon, whatever is given
#-         self.eps = eps
#+         self.eps = 1e-8

# %% wrong none_decays from formulas: decay without a gradient
#-                     if g is None:
#-                         continue
#+                     if g is None:
#+                         p -= lr * decay * p
#+                         continue

# %% wrong none_is_zero from formulas: no gradient is taken for a gradient of zeros
#-                     if g is None:
#-                         continue
#+                     if g is None:
#+                         g = torch.zeros_like(p)

# %% wrong zeros_skipped from formulas: a gradient of zeros is taken for none
#-                     if g is None:
#-                         continue
#+                     if g is None or not g.any():
#+                         continue

# %% wrong one_clock from formulas: one count of steps for all parameters
#-         beta1, beta2 = self.betas
#+         beta1, beta2 = self.betas
#+         self.clock = getattr(self, "clock", 0) + 1

#-                     t = self.t[key] = self.t.get(key, 0) + 1
#+                     t = self.clock

# %% wrong rate_of_the_constructor from formulas: the rate is remembered from the start
#-         self.betas = betas
#+         self.lr = lr
#+         self.betas = betas

#-                 lr, decay = group["lr"], group["weight_decay"]
#+                 lr, decay = self.lr, group["weight_decay"]

# %% wrong no_own_rate from formulas: a group's own rate is ignored
#-                 {"params": params, "weight_decay": group["weight_decay"], "lr": group.get("lr", lr)}
#+                 {"params": params, "weight_decay": group["weight_decay"], "lr": lr}

# %% wrong zero_rate_is_none from formulas: a rate of zero is taken for none
#-                 lr, decay = group["lr"], group["weight_decay"]
#+                 lr, decay = group["lr"] or 0.01, group["weight_decay"]

# %% wrong changes_groups from tensors_as_keys: works in the caller's dicts
#-         self.param_groups = [{"lr": lr, **group, "params": [*group["params"]]} for group in groups]
#+         self.param_groups = groups
#+         for group in groups:
#+             group.setdefault("lr", lr)

# %% wrong empties_list from formulas: the caller's list is emptied
#-             params = list(group["params"])
#+             params = [group["params"].pop(0) for _ in range(len(group["params"]))]

# %% wrong no_check from formulas: a parameter may stand twice
#-                 if id(p) in seen:
#-                     raise ValueError("the same parameter twice")
#-                 seen.add(id(p))
#+                 seen.add(id(p))

# %% wrong check_within_group from formulas: only within one group is looked for doubles
#-             params = list(group["params"])
#+             params, seen = list(group["params"]), set()

# %% wrong zeroes from formulas: gradients become zeros, not None
#-                 p.grad = None
#+                 if p.grad is not None:
#+                     p.grad.zero_()

# %% wrong clears_in_step from formulas: step empties the gradients
#-                     p -= lr * m_hat / (v_hat.sqrt() + self.eps)
#+                     p -= lr * m_hat / (v_hat.sqrt() + self.eps)
#+                     p.grad = None

# %% wrong scales_gradient from formulas: step changes the gradients
#-                     self.v[key] = beta2 * self.v.get(key, 0) + (1 - beta2) * g**2
#+                     self.v[key] = beta2 * self.v.get(key, 0) + (1 - beta2) * g.square_()

# %% wrong new_object from formulas: a new tensor takes the parameter's place
#-                     p -= lr * decay * p
#-                     p -= lr * m_hat / (v_hat.sqrt() + self.eps)
#+                     p = p - lr * decay * p
#+                     p = p - lr * m_hat / (v_hat.sqrt() + self.eps)

# %% wrong memory_by_place from formulas: memory by the position in the group, the same for all groups
#-                 for p in group["params"]:
#-                     g = p.grad
#+                 for key, p in enumerate(group["params"]):
#+                     g = p.grad

#-                     key = id(p)
#-                     t = self.t[key] = self.t.get(key, 0) + 1
#+                     t = self.t[key] = self.t.get(key, 0) + 1

# %% wrong shared_memory from formulas: memory belongs to the class and to values, not to the object
#-                     key = id(p)
#+                     key = tuple(p.flatten().tolist())

# %% wrong amsgrad from formulas: the largest v so far is used
#-                     self.v[key] = beta2 * self.v.get(key, 0) + (1 - beta2) * g**2
#+                     new = beta2 * self.v.get(key, 0) + (1 - beta2) * g**2
#+                     self.v[key] = torch.maximum(new, self.v[key]) if key in self.v else new

# %% wrong uses_torch: torch.optim does the work
class MyAdamW:
    def __init__(self, groups, lr, betas=(0.9, 0.999), eps=1e-8):
        groups = [{**group, "params": list(group["params"])} for group in groups]
        self.inner = torch.optim.AdamW(groups, lr=lr, betas=betas, eps=eps)
        self.param_groups = self.inner.param_groups

    def step(self):
        self.inner.step()

    def zero_grad(self):
        self.inner.zero_grad()


# %% correct plain: a dict from the parameter object to its memory
class MyAdamW:
    """AdamW for groups of parameters."""

    def __init__(self, groups, lr, betas=(0.9, 0.999), eps=1e-8):
        self.betas = betas
        self.eps = eps
        self.param_groups = []
        self.memory = {}
        seen = set()
        for group in groups:
            params = list(group["params"])
            for p in params:
                if id(p) in seen:
                    raise ValueError("a parameter stands in the groups twice")
                seen.add(id(p))
            rate = group.get("lr", lr)
            self.param_groups.append({"params": params, "weight_decay": group["weight_decay"], "lr": rate})

    @torch.no_grad()
    def step(self):
        beta1, beta2 = self.betas
        for group in self.param_groups:
            for p in group["params"]:
                g = p.grad
                if g is None:
                    continue
                if p not in self.memory:
                    self.memory[p] = {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)}
                memory = self.memory[p]
                memory["t"] += 1
                m, v, t = memory["m"], memory["v"], memory["t"]
                m.mul_(beta1).add_(g, alpha=1 - beta1)
                v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
                m_hat = m / (1 - beta1**t)
                v_hat = v / (1 - beta2**t)
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * m_hat / (v_hat.sqrt() + self.eps))

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

# %% wrong own_rate_of_zero from plain: a group's lr of 0 is taken for none
#-             rate = group.get("lr", lr)
#+             rate = group.get("lr") or lr

# %% wrong zeros_are_no_gradient from plain: a gradient of zeros only decays the weight, m, v and t stay
#-                 memory = self.memory[p]
#+                 if not g.any():
#+                     p.mul_(1 - group["lr"] * group["weight_decay"])
#+                     continue
#+                 memory = self.memory[p]

# %% wrong memory_of_the_class from plain: two optimizers share m, v and t, which belong to the class
#-         self.memory = {}
#+         self.betas = betas

#-     """AdamW for groups of parameters."""
#+     memory = {}

# %% wrong decay_remembered from plain: the weight decay of the constructor is used, whatever param_groups says now
#-         self.memory = {}
#+         self.memory = {}
#+         self.decays = [group["weight_decay"] for group in groups]

#-         for group in self.param_groups:
#-             for p in group["params"]:
#-                 g = p.grad
#+         for group, decay in zip(self.param_groups, self.decays):
#+             for p in group["params"]:
#+                 g = p.grad

#-                 p.mul_(1 - group["lr"] * group["weight_decay"])
#+                 p.mul_(1 - group["lr"] * decay)

# %% wrong flat_memory from plain: changes view(-1), which a transposed parameter does not have
#-                 p.sub_(group["lr"] * m_hat / (v_hat.sqrt() + self.eps))
#+                 p.view(-1).sub_((group["lr"] * m_hat / (v_hat.sqrt() + self.eps)).reshape(-1))

# %% wrong frozen_state_of_groups: the parameters are remembered in the constructor, whatever param_groups says later
class MyAdamW:
    def __init__(self, groups, lr, betas=(0.9, 0.999), eps=1e-8):
        self.betas, self.eps = betas, eps
        self.param_groups = [{"lr": lr, **group, "params": list(group["params"])} for group in groups]
        self.entries = []
        for group in self.param_groups:
            for p in group["params"]:
                if any(p is other[0] for other in self.entries):
                    raise ValueError("twice")
                self.entries.append([p, group, torch.zeros_like(p), torch.zeros_like(p), 0])

    @torch.no_grad()
    def step(self):
        b1, b2 = self.betas
        for entry in self.entries:
            p, group, m, v, t = entry
            if p.grad is None:
                continue
            t = entry[4] = t + 1
            m.mul_(b1).add_((1 - b1) * p.grad)
            v.mul_(b2).add_((1 - b2) * p.grad**2)
            p -= group["lr"] * group["weight_decay"] * p
            p -= group["lr"] * (m / (1 - b1**t)) / ((v / (1 - b2**t)).sqrt() + self.eps)

    def zero_grad(self):
        for entry in self.entries:
            entry[0].grad = None
