"""Answers to ex3_average of 06_training, right and wrong; how to read and write them: grading/answers.py."""


# %% correct loops: plain loops, clones, a class for the block
class AveragedWeights:
    def __init__(self, model, decay):
        if decay < 0 or decay >= 1:
            raise ValueError("decay must be at least 0 and below 1")
        self.decay = decay
        self.average = {}
        for name, p in model.named_parameters():
            start = p.detach().clone()
            if p.dtype in (torch.float16, torch.bfloat16):
                start = start.float()
            self.average[name] = start

    def update(self, model):
        with torch.no_grad():
            for name, p in model.named_parameters():
                average = self.average[name]
                average.mul_(self.decay)
                average.add_((1 - self.decay) * p.to(average.dtype))

    def applied(self, model):
        return Block(self, model)


class Block:
    def __init__(self, averages, model):
        self.averages, self.model = averages, model

    def __enter__(self):
        self.own = {name: p.detach().clone() for name, p in self.model.named_parameters()}
        with torch.no_grad():
            for name, p in self.model.named_parameters():
                p.copy_(self.averages.average[name])

    def __exit__(self, *error):
        with torch.no_grad():
            for name, p in self.model.named_parameters():
                p.copy_(self.own[name])


# %% correct generator: contextmanager, try and finally
class AveragedWeights:
    def __init__(self, model, decay):
        if not 0 <= decay < 1:
            raise ValueError(f"decay is {decay}")
        self.decay = decay
        self.average = {
            name: p.detach().to(torch.float64 if p.dtype == torch.float64 else torch.float32, copy=True)
            for name, p in model.named_parameters()
        }

    @torch.no_grad()
    def update(self, model):
        for name, p in model.named_parameters():
            self.average[name].lerp_(p.to(self.average[name].dtype), 1 - self.decay)

    @contextlib.contextmanager
    def applied(self, model):
        saved = [p.detach().clone() for p in model.parameters()]
        with torch.no_grad():
            for name, p in model.named_parameters():
                p.copy_(self.average[name])
        try:
            yield model
        finally:
            with torch.no_grad():
                for p, old in zip(model.parameters(), saved):
                    p.copy_(old)


# %% correct data: changes .data, which autograd does not watch
class AveragedWeights:
    def __init__(self, model, decay):
        if not (0 <= decay and decay < 1):
            raise ValueError("0 <= decay < 1")
        self.decay, self.average = decay, {}
        for name, p in model.named_parameters():
            wide = p.data.float() if p.data.element_size() == 2 else p.data
            self.average[name] = wide.clone()

    def update(self, model):
        for name, p in model.named_parameters():
            old = self.average[name]
            self.average[name] = self.decay * old + (1 - self.decay) * p.data.to(old.dtype)

    @contextlib.contextmanager
    def applied(self, model):
        own = {}
        for name, p in model.named_parameters():
            own[name] = p.data
            p.data = self.average[name].to(p.dtype, copy=True)
        try:
            yield
        finally:
            for name, p in model.named_parameters():
                p.data = own[name]


# %% wrong no_copy from loops: the average is the weight's own memory
#-             start = p.detach().clone()
#+             start = p.detach()

# %% wrong starts_at_zero from loops: the average begins at zero
#-             start = p.detach().clone()
#+             start = torch.zeros_like(p)

# %% wrong with_gradient from loops: the averages need gradients
#-             start = p.detach().clone()
#+             start = p.detach().clone().requires_grad_()

# %% wrong changed_places from loops: decay and 1 - decay have changed places
#-                 average.mul_(self.decay)
#-                 average.add_((1 - self.decay) * p.to(average.dtype))
#+                 average.mul_(1 - self.decay)
#+                 average.add_(self.decay * p.to(average.dtype))

# %% wrong short_averages from loops: averages in 16 bits
#-             if p.dtype in (torch.float16, torch.bfloat16):
#+             if False:

# %% wrong only_bfloat16 from loops: float16 is kept short
#-             if p.dtype in (torch.float16, torch.bfloat16):
#+             if p.dtype == torch.bfloat16:

# %% wrong all_float32 from loops: averages of float64 in float32
#-             if p.dtype in (torch.float16, torch.bfloat16):
#-                 start = start.float()
#+             start = start.float()

# %% wrong rounds_in_update from loops: the change is rounded to 16 bits
#-                 average.add_((1 - self.decay) * p.to(average.dtype))
#+                 average.add_(((1 - self.decay) * p).to(average.dtype))

# %% wrong not_restored from generator: after an error the averages stay in
#-         try:
#-             yield model
#-         finally:
#-             with torch.no_grad():
#-                 for p, old in zip(model.parameters(), saved):
#-                     p.copy_(old)
#+         yield model
#+         with torch.no_grad():
#+             for p, old in zip(model.parameters(), saved):
#+                 p.copy_(old)

# %% wrong swallows_errors from loops: errors of the block disappear
#-             for name, p in self.model.named_parameters():
#-                 p.copy_(self.own[name])
#+             for name, p in self.model.named_parameters():
#+                 p.copy_(self.own[name])
#+         return True

# %% wrong own_not_cloned from generator: the weights are not copied before they are overwritten
#-         saved = [p.detach().clone() for p in model.parameters()]
#+         saved = [p.detach() for p in model.parameters()]

# %% wrong new_parameters from data: new parameter objects within the block
#-             p.data = self.average[name].to(p.dtype, copy=True)
#+             module, _, leaf = name.rpartition(".")
#+             setattr(model.get_submodule(module), leaf, nn.Parameter(self.average[name].to(p.dtype, copy=True)))

# %% wrong averages_lent from data: within the block the model holds the averages themselves
#-             p.data = self.average[name].to(p.dtype, copy=True)
#+             p.data = self.average[name].to(p.dtype)

# %% wrong only_trainable from loops: frozen parameters are left out
#-         for name, p in model.named_parameters():
#-             start = p.detach().clone()
#+         for name, p in (pair for pair in model.named_parameters() if pair[1].requires_grad):
#+             start = p.detach().clone()

#-             for name, p in model.named_parameters():
#-                 average = self.average[name]
#+             for name, p in (pair for pair in model.named_parameters() if pair[1].requires_grad):
#+                 average = self.average[name]

#-             for name, p in self.model.named_parameters():
#-                 p.copy_(self.averages.average[name])
#+             for name, p in (pair for pair in self.model.named_parameters() if pair[1].requires_grad):
#+                 p.copy_(self.averages.average[name])

# %% wrong buffers_too from generator: buffers are averaged, too
#-             for name, p in model.named_parameters()
#-         }
#+             for name, p in model.state_dict().items()
#+         }

# %% wrong evaluates from generator: the block puts the model into evaluation mode
#-         saved = [p.detach().clone() for p in model.parameters()]
#+         saved = [p.detach().clone() for p in model.parameters()]
#+         model.eval()

# %% wrong train_again from generator: behind the block the whole model is in training mode
#-         finally:
#+         finally:
#+             model.train()

# %% wrong freezes from loops: the parameters are frozen in the block
#-         self.own = {name: p.detach().clone() for name, p in self.model.named_parameters()}
#+         self.own = {name: p.detach().clone() for name, p in self.model.requires_grad_(False).named_parameters()}

# %% wrong unfreezes from generator: behind the block every parameter needs a gradient
#-                 for p, old in zip(model.parameters(), saved):
#-                     p.copy_(old)
#+                 for p, old in zip(model.parameters(), saved):
#+                     p.copy_(old)
#+                     p.requires_grad_(True)

# %% wrong clears_gradients from generator: the block empties the gradients
#-         saved = [p.detach().clone() for p in model.parameters()]
#+         saved = [p.detach().clone() for p in model.parameters()]
#+         model.zero_grad()

# %% wrong decay_one from loops: a decay of 1 is accepted
#-         if decay < 0 or decay >= 1:
#+         if decay < 0 or decay > 1:

# %% wrong decay_zero_refused from loops: a decay of 0 is refused
#-         if decay < 0 or decay >= 1:
#+         if decay <= 0 or decay >= 1:

# %% wrong no_check from loops: every decay is accepted
#-         if decay < 0 or decay >= 1:
#-             raise ValueError("decay must be at least 0 and below 1")
#+         pass

# %% wrong warmup from loops: the first updates use a smaller decay, as some libraries do
#-         with torch.no_grad():
#-             for name, p in model.named_parameters():
#-                 average = self.average[name]
#-                 average.mul_(self.decay)
#-                 average.add_((1 - self.decay) * p.to(average.dtype))
#+         self.n = getattr(self, "n", 0) + 1
#+         decay = min(self.decay, (1 + self.n) / (10 + self.n))
#+         with torch.no_grad():
#+             for name, p in model.named_parameters():
#+                 average = self.average[name]
#+                 average.mul_(decay)
#+                 average.add_((1 - decay) * p.to(average.dtype))

# %% wrong swaps from generator: the averages take over what the block leaves
#-         finally:
#-             with torch.no_grad():
#-                 for p, old in zip(model.parameters(), saved):
#-                     p.copy_(old)
#+         finally:
#+             with torch.no_grad():
#+                 for (name, p), old in zip(model.named_parameters(), saved):
#+                     self.average[name] = p.detach().to(self.average[name].dtype, copy=True)
#+                     p.copy_(old)


# %% correct plain: clones, copied in and out
class AveragedWeights:
    """A running average of a model's parameters, and a way to use it for a while."""

    def __init__(self, model, decay):
        if not 0 <= decay < 1:
            raise ValueError(f"decay is {decay}")
        self.decay = decay
        self.average = {}
        for name, p in model.named_parameters():
            value = p.detach().clone()
            if value.dtype in (torch.float16, torch.bfloat16):
                value = value.float()
            self.average[name] = value

    @torch.no_grad()
    def update(self, model):
        for name, p in model.named_parameters():
            average = self.average[name]
            average.mul_(self.decay).add_(p.to(average.dtype), alpha=1 - self.decay)

    @contextlib.contextmanager
    def applied(self, model):
        before = {name: p.detach().clone() for name, p in model.named_parameters()}
        try:
            with torch.no_grad():
                for name, p in model.named_parameters():
                    p.copy_(self.average[name])
            yield
        finally:
            with torch.no_grad():
                for name, p in model.named_parameters():
                    p.copy_(before[name])

# %% wrong frozen_not_updated from plain: update leaves out frozen parameters
#-             average = self.average[name]
#+             if not p.requires_grad:
#+                 continue
#+             average = self.average[name]

# %% wrong backup_in_the_object from plain: one backup for all blocks, also for a block in a block
#-         before = {name: p.detach().clone() for name, p in model.named_parameters()}
#+         self.before = {name: p.detach().clone() for name, p in model.named_parameters()}

#-                     p.copy_(before[name])
#+                     p.copy_(self.before[name])

# %% wrong only_exceptions from plain: after a KeyboardInterrupt the averages stay in the model
#-             yield
#-         finally:
#-             with torch.no_grad():
#-                 for name, p in model.named_parameters():
#-                     p.copy_(before[name])
#+             yield
#+         except Exception:
#+             with torch.no_grad():
#+                 for name, p in model.named_parameters():
#+                     p.copy_(before[name])
#+             raise
#+         else:
#+             with torch.no_grad():
#+                 for name, p in model.named_parameters():
#+                     p.copy_(before[name])

# %% wrong whole_state_loaded from plain: loads the whole state, in which tied weights have two names
#-             with torch.no_grad():
#-                 for name, p in model.named_parameters():
#-                     p.copy_(self.average[name])
#-             yield
#+             model.load_state_dict({**{n: t.clone() for n, t in model.state_dict().items()}, **self.average})
#+             yield

# %% wrong duplicates_named from plain: a tied weight stands twice in average
#-         for name, p in model.named_parameters():
#-             value = p.detach().clone()
#+         for name, p in model.named_parameters(remove_duplicate=False):
#+             value = p.detach().clone()

# %% wrong average_is_rounded_in_block from plain: a block brings the averages themselves to the parameters' format
#-                     p.copy_(self.average[name])
#+                     self.average[name] = self.average[name].to(p.dtype)
#+                     p.copy_(self.average[name])
