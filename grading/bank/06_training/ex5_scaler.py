"""Answers to ex5_scaler of 06_training, right and wrong; how to read and write them: grading/answers.py."""


# %% correct plain: look at all, divide all, step, then change the scale
class LossScaler:
    def __init__(self, scale=65536.0, growth=2.0, backoff=0.5, interval=2000):
        if scale <= 0:
            raise ValueError("scale must be positive")
        if growth <= 1:
            raise ValueError("growth must be above 1")
        if not 0 < backoff < 1:
            raise ValueError("backoff must be between 0 and 1")
        if interval < 1:
            raise ValueError("interval must be at least 1")
        self.scale = float(scale)
        self.growth = growth
        self.backoff = backoff
        self.interval = interval
        self.good = 0

    def backward(self, loss):
        scaled = loss * self.scale
        scaled.backward()

    def step(self, optimizer):
        gradients = []
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    gradients.append(p.grad)
        if len(gradients) == 0:
            raise ValueError("there are no gradients")
        finite = all(torch.isfinite(gradient).all().item() for gradient in gradients)
        if not finite:
            self.scale = self.scale * self.backoff
            self.good = 0
            return False
        for gradient in gradients:
            gradient /= self.scale
        optimizer.step()
        self.good += 1
        if self.good == self.interval:
            self.scale = self.scale * self.growth
            self.good = 0
        return True


# %% correct divided_first: divides first, as torch does, and looks then
class LossScaler:
    def __init__(self, scale=65536.0, growth=2.0, backoff=0.5, interval=2000):
        if not (scale > 0 and growth > 1 and backoff > 0 and backoff < 1 and interval >= 1):
            raise ValueError("settings that make no sense")
        self.scale, self.growth, self.backoff = float(scale), growth, backoff
        self.interval = self.left = interval

    def backward(self, loss):
        loss.mul(self.scale).backward()

    def step(self, optimizer):
        parameters = sum((list(group["params"]) for group in optimizer.param_groups), [])
        gradients = [p.grad for p in parameters if p.grad is not None]
        if not gradients:
            raise ValueError("call backward first")
        bad = 0
        with torch.no_grad():
            for gradient in gradients:
                bad += int((~gradient.isfinite()).sum())
                gradient.mul_(1 / self.scale)
        if bad:
            self.scale, self.left = self.scale * self.backoff, self.interval
        else:
            optimizer.step()
            self.left -= 1
            if self.left == 0:
                self.scale, self.left = self.scale * self.growth, self.interval
        return bad == 0


# %% correct handed_in: the derivative that backward starts with is the scale
class LossScaler:
    def __init__(self, scale=65536.0, growth=2.0, backoff=0.5, interval=2000):
        good = [scale > 0, growth > 1, 0 < backoff < 1, interval >= 1]
        if not all(good):
            raise ValueError(f"{good}")
        self.scale = float(scale)
        self.settings = growth, backoff, interval
        self.row = 0

    def backward(self, loss):
        loss.backward(gradient=torch.full_like(loss, self.scale))

    def step(self, optimizer):
        growth, backoff, interval = self.settings
        gradients = [p.grad for g in optimizer.param_groups for p in g["params"] if p.grad is not None]
        if not gradients:
            raise ValueError("nothing to do")
        largest = torch.stack([g.abs().max() for g in gradients])  # the maximum passes not-a-number on
        done = bool(torch.isfinite(largest).all())
        if done:
            for g in gradients:
                g.copy_(g / self.scale)
            optimizer.step()
        self.row = self.row + 1 if done else 0
        if not done:
            self.scale *= backoff
        elif self.row % interval == 0:
            self.scale *= growth
            self.row = 0
        return done


# %% wrong not_scaled from plain: the loss is not multiplied
#-         scaled = loss * self.scale
#+         scaled = loss

# %% wrong loss_changed from plain: the loss itself is multiplied
#-         scaled = loss * self.scale
#-         scaled.backward()
#+         scaled = loss * self.scale
#+         scaled.backward()
#+         loss.data.mul_(self.scale)

# %% wrong not_divided from plain: gradients are not divided
#-         for gradient in gradients:
#-             gradient /= self.scale
#-         optimizer.step()
#+         optimizer.step()

# %% wrong divided_copy from plain: a copy is divided
#-             gradient /= self.scale
#+             gradient = gradient / self.scale

# %% wrong divided_twice from plain: gradients are divided before and after the step
#-         optimizer.step()
#-         self.good += 1
#+         optimizer.step()
#+         for gradient in gradients:
#+             gradient /= self.scale
#+         self.good += 1

# %% wrong first_group_only from plain: only the first group is looked at
#-         for group in optimizer.param_groups:
#+         for group in optimizer.param_groups[:1]:

# %% wrong last_tensor_only from plain: only the last tensor decides
#-         finite = all(torch.isfinite(gradient).all().item() for gradient in gradients)
#+         finite = torch.isfinite(gradients[-1]).all().item()

# %% wrong first_tensor_only from plain: only the first tensor decides
#-         finite = all(torch.isfinite(gradient).all().item() for gradient in gradients)
#+         finite = torch.isfinite(gradients[0]).all().item()

# %% wrong any_finite from plain: one finite number is enough
#-         finite = all(torch.isfinite(gradient).all().item() for gradient in gradients)
#+         finite = all(torch.isfinite(gradient).any().item() for gradient in gradients)

# %% wrong infinities_only from plain: not-a-number passes
#-         finite = all(torch.isfinite(gradient).all().item() for gradient in gradients)
#+         finite = not any(torch.isinf(gradient).any().item() for gradient in gradients)

# %% wrong nan_only from plain: infinity passes
#-         finite = all(torch.isfinite(gradient).all().item() for gradient in gradients)
#+         finite = not any(torch.isnan(gradient).any().item() for gradient in gradients)

# %% wrong positive_infinity from plain: minus infinity passes
#-         finite = all(torch.isfinite(gradient).all().item() for gradient in gradients)
#+         finite = all((gradient < torch.inf).all().item() for gradient in gradients)

# %% wrong sum_is_finite from plain: sums of large numbers are taken for infinity and zeros for bad
#-         finite = all(torch.isfinite(gradient).all().item() for gradient in gradients)
#+         finite = all(gradient.any().item() and gradient.sum().isfinite().item() for gradient in gradients)

# %% wrong zeroed_and_stepped from plain: bad gradients become zero, and the step is made
#-             self.good = 0
#-             return False
#+             self.good = 0
#+             for gradient in gradients:
#+                 gradient.nan_to_num_(0.0, 0.0, 0.0)
#+             optimizer.step()
#+             return False

# %% wrong always_true from plain: a skipped step returns True
#-             return False
#+             return True

# %% wrong count_goes_on from plain: after a skipped step the count goes on
#-             self.good = 0
#-             return False
#+             return False

# %% wrong count_runs_on from plain: after growth the count is not set back
#-             self.scale = self.scale * self.growth
#-             self.good = 0
#+             self.scale = self.scale * self.growth

# %% wrong grows_late from plain: grows a step too late
#-         if self.good == self.interval:
#+         if self.good > self.interval:

# %% wrong grows_always from plain: grows at every good step
#-         if self.good == self.interval:
#+         if True:

# %% wrong never_grows from plain: never grows
#-         if self.good == self.interval:
#+         if False:

# %% wrong never_backs_off from plain: never becomes smaller
#-             self.scale = self.scale * self.backoff
#-             self.good = 0
#+             self.good = 0

# %% wrong fixed_factors from plain: always the factors 2 and 1/2
#-         self.growth = growth
#-         self.backoff = backoff
#+         self.growth = 2.0
#+         self.backoff = 0.5

# %% wrong backoff_divides from plain: the scale is divided by backoff
#-             self.scale = self.scale * self.backoff
#+             self.scale = self.scale / self.backoff

# %% wrong new_scale_divides from plain: the scale grows before the gradients are divided
#-         for gradient in gradients:
#-             gradient /= self.scale
#-         optimizer.step()
#-         self.good += 1
#-         if self.good == self.interval:
#-             self.scale = self.scale * self.growth
#-             self.good = 0
#+         self.good += 1
#+         if self.good == self.interval:
#+             self.scale = self.scale * self.growth
#+             self.good = 0
#+         for gradient in gradients:
#+             gradient /= self.scale
#+         optimizer.step()

# %% wrong empties from plain: step empties the gradients
#-         optimizer.step()
#-         self.good += 1
#+         optimizer.step()
#+         optimizer.zero_grad()
#+         self.good += 1

# %% wrong no_gradient_is_good from plain: a step without gradients is counted as good
#-         if len(gradients) == 0:
#-             raise ValueError("there are no gradients")
#+         pass

# %% wrong counts_before_error from plain: the refused call breaks the row
#-         if len(gradients) == 0:
#-             raise ValueError("there are no gradients")
#+         if len(gradients) == 0:
#+             self.good = 0
#+             raise ValueError("there are no gradients")

# %% wrong every_parameter_needed from plain: a parameter without a gradient is an error
#-                 if p.grad is not None:
#-                     gradients.append(p.grad)
#+                 if p.grad is None:
#+                     raise ValueError("a parameter without a gradient")
#+                 gradients.append(p.grad)

# %% wrong scale_as_given from plain: the scale stays a whole number
#-         self.scale = float(scale)
#+         self.scale = scale if scale != 65536.0 else 65536

# %% wrong no_checks from plain: settings are not checked
#-         if growth <= 1:
#-             raise ValueError("growth must be above 1")
#-         if not 0 < backoff < 1:
#-             raise ValueError("backoff must be between 0 and 1")
#+         pass

# %% wrong zero_scale from plain: a scale of 0 is accepted
#-         if scale <= 0:
#+         if scale < 0:

# %% wrong shared_scale from plain: the scale belongs to the class
#-         self.scale = float(scale)
#+         LossScaler.scale = float(scale)

# %% wrong uses_torch: torch.amp does the work
class LossScaler:
    def __init__(self, scale=65536.0, growth=2.0, backoff=0.5, interval=2000):
        if not (scale > 0 and growth > 1 and 0 < backoff < 1 and interval >= 1):
            raise ValueError("settings that make no sense")
        self.inner = torch.amp.GradScaler("cpu", scale, growth, backoff, interval)

    @property
    def scale(self):
        return float(self.inner.get_scale())

    def backward(self, loss):
        self.inner.scale(loss).backward()

    def step(self, optimizer):
        if all(p.grad is None for group in optimizer.param_groups for p in group["params"]):
            raise ValueError("no gradient")
        before = self.scale
        self.inner.step(optimizer)
        self.inner.update()
        return self.scale >= before


# %% correct plain_fresh: collect, look, divide, step, count
class LossScaler:
    """Keeps gradients within the range of float16."""

    def __init__(self, scale=65536.0, growth=2.0, backoff=0.5, interval=2000):
        if not (scale > 0 and growth > 1 and 0 < backoff < 1 and interval >= 1):
            raise ValueError("settings that make no sense")
        self.scale = float(scale)
        self.growth = growth
        self.backoff = backoff
        self.interval = interval
        self.good = 0

    def backward(self, loss):
        (loss * self.scale).backward()

    def step(self, optimizer):
        grads = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        if not grads:
            raise ValueError("no parameter has a gradient: backward was forgotten")
        if all(bool(torch.isfinite(g).all()) for g in grads):
            for g in grads:
                g.div_(self.scale)
            optimizer.step()
            self.good += 1
            if self.good >= self.interval:
                self.scale *= self.growth
                self.good = 0
            return True
        self.scale *= self.backoff
        self.good = 0
        return False

# %% wrong sum_is_looked_at from plain_fresh: the sum of the gradients is looked at, which may overflow
#-         if all(bool(torch.isfinite(g).all()) for g in grads):
#+         if all(bool(torch.isfinite(g.sum())) for g in grads):

# %% wrong norm_is_looked_at from plain_fresh: the norm of the gradients is looked at, whose squares overflow
#-         if all(bool(torch.isfinite(g).all()) for g in grads):
#+         if math.isfinite(sum(g.pow(2).sum().item() for g in grads)):

# %% wrong looked_at_after_division from plain_fresh: the numbers are looked at after the division
#-         if all(bool(torch.isfinite(g).all()) for g in grads):
#-             for g in grads:
#-                 g.div_(self.scale)
#-             optimizer.step()
#+         for g in grads:
#+             g.div_(self.scale)
#+         if all(bool(torch.isfinite(g).all()) for g in grads):
#+             optimizer.step()

# %% wrong whole_number_scale from plain_fresh: a scale given as an int stays an int
#-         self.scale = float(scale)
#+         self.scale = scale

# %% wrong new_gradient_objects from plain_fresh: the gradients are replaced by new tensors
#-             for g in grads:
#-                 g.div_(self.scale)
#+             for group in optimizer.param_groups:
#+                 for p in group["params"]:
#+                     if p.grad is not None:
#+                         p.grad = p.grad / self.scale

# %% wrong frozen_left_out from plain_fresh: a parameter that was frozen after backward is left out
#-         grads = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
#+         params = [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]
#+         grads = [p.grad for p in params if p.grad is not None]
