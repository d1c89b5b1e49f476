"""Answers to ex3_order of 10_checkpoints, right and wrong; how to read and write them: grading/answers.py."""


# %% correct epoch_and_index: epoch and index, and the order kept
class EndlessOrder:
    def __init__(self, n, batch_size, seed):
        self.n, self.batch_size, self.seed = n, batch_size, seed
        self._go(0, 0)

    def _go(self, epoch, index):
        self.epoch, self.index = epoch, index
        self.order = np.random.default_rng([self.seed, epoch]).permutation(self.n)

    def next_batch(self):
        batch = np.empty(self.batch_size, dtype=np.int64)
        for k in range(self.batch_size):
            if self.index == self.n:
                self._go(self.epoch + 1, 0)
            batch[k] = self.order[self.index]
            self.index += 1
        return batch

    def state_dict(self):
        return {"epoch": self.epoch, "index": self.index, "n": self.n, "seed": self.seed}

    def load_state_dict(self, state):
        if state["n"] != self.n:
            raise ValueError(f"n was {state['n']}, is {self.n}")
        if state["seed"] != self.seed:
            raise ValueError(f"seed was {state['seed']}, is {self.seed}")
        self._go(state["epoch"], state["index"])


# %% correct generator: a generator of examples, made anew when a state is loaded
class EndlessOrder:
    def __init__(self, n, batch_size, seed):
        self.settings = {"n": n, "seed": seed}
        self.batch_size = batch_size
        self.given = 0
        self.row = self._row()

    def _row(self, position=0):
        n, seed = self.settings["n"], self.settings["seed"]
        epoch, skip = divmod(position, n)
        while True:
            yield from np.random.default_rng([seed, epoch]).permutation(n)[skip:]
            epoch, skip = epoch + 1, 0

    def next_batch(self):
        self.given += self.batch_size
        return np.array([next(self.row) for _ in range(self.batch_size)], dtype=np.int64)

    def state_dict(self):
        return {**self.settings, "given": self.given}

    def load_state_dict(self, state):
        wrong = [name for name, value in self.settings.items() if state[name] != value]
        if wrong:
            raise ValueError(f"another {', '.join(wrong)}")
        self.given = state["given"]
        self.row = self._row(self.given)


# %% correct by_index: each example by its own epoch and index, orders cached
class EndlessOrder:
    def __init__(self, n, batch_size, seed):
        self.n, self.batch_size, self.seed, self.at = n, batch_size, seed, 0
        self.orders = {}

    def example(self, k):
        epoch = k // self.n
        if epoch not in self.orders:
            self.orders = {epoch: np.random.default_rng([self.seed, epoch]).permutation(self.n)}
        return self.orders[epoch][k % self.n]

    def next_batch(self):
        batch = [self.example(self.at + k) for k in range(self.batch_size)]
        self.at += self.batch_size
        return np.asarray(batch, dtype="int64")

    def state_dict(self):
        return dict(n=self.n, at=self.at, seed=self.seed)

    def load_state_dict(self, state):
        if (state["n"], state["seed"]) != (self.n, self.seed):
            raise ValueError(f"n and seed were {state['n']} and {state['seed']}, here {self.n} and {self.seed}")
        self.at = state["at"]


# %% wrong batches_counted from reference: the position counts batches
#-         return {"n": self.n, "seed": self.seed, "position": self.position}
#+         return {"n": self.n, "seed": self.seed, "position": self.position // self.batch_size}

#-         self.position = state["position"]
#+         self.position = state["position"] * self.batch_size


# %% wrong rest_left_out from reference: an epoch's last examples that fill no batch are left out
#-         parts, missing = [], self.batch_size
#+         parts, missing = [], self.batch_size
#+         if self.position % self.n + missing > self.n >= missing:
#+             self.position += self.n - self.position % self.n


# %% wrong one_order from reference: every epoch has the order of the first
#-             order = np.random.default_rng([self.seed, epoch]).permutation(self.n)
#+             order = np.random.default_rng([self.seed, 0]).permutation(self.n)


# %% wrong seed_plus_epoch from reference: seed plus epoch
#-             order = np.random.default_rng([self.seed, epoch]).permutation(self.n)
#+             order = np.random.default_rng(self.seed + epoch).permutation(self.n)


# %% wrong global_random from reference: NumPy's global random numbers
#-             order = np.random.default_rng([self.seed, epoch]).permutation(self.n)
#+             np.random.seed([self.seed % 2**32, epoch % 2**32])
#+             order = np.random.default_rng([self.seed, epoch]).permutation(self.n)


# %% wrong epoch_alone from reference: the state has the epoch, not the place in it
#-         return {"n": self.n, "seed": self.seed, "position": self.position}
#+         return {"n": self.n, "seed": self.seed, "position": self.position // self.n * self.n}


# %% wrong two_epochs_at_most from reference: a batch takes from two epochs at most
#-         while missing:
#+         for _ in range(2):


# %% wrong settings_not_checked from reference: nothing is compared
#-             if state[name] != getattr(self, name):
#+             if False:


# %% wrong seed_not_checked from reference: the seed is not compared
#-         for name in ("n", "seed"):
#+         for name in ("n",):


# %% wrong n_not_checked from reference: n is not compared
#-         for name in ("n", "seed"):
#+         for name in ("seed",):


# %% wrong position_first from reference: the position is taken over before the state is checked
#-         for name in ("n", "seed"):
#+         self.position = state["position"]
#+         for name in ("n", "seed"):


# %% wrong batch_size_compared from reference: another batch size is refused
#-         return {"n": self.n, "seed": self.seed, "position": self.position}
#+         return {"n": self.n, "seed": self.seed, "position": self.position, "batch_size": self.batch_size}

#-         for name in ("n", "seed"):
#+         for name in ("n", "seed", "batch_size"):


# %% wrong batch_size_taken_over from reference: the batch size is taken over from the state
#-         return {"n": self.n, "seed": self.seed, "position": self.position}
#+         return {"n": self.n, "seed": self.seed, "position": self.position, "batch_size": self.batch_size}

#-         self.position = state["position"]
#+         self.position = state["position"]
#+         self.batch_size = state["batch_size"]


# %% wrong replayed from reference: the row is gone through from its beginning
#-         self.position = state["position"]
#+         self.position = 0
#+         for _ in range(state["position"] // self.batch_size):
#+             self.next_batch()
#+         self.position = state["position"]


# %% wrong floats from reference: the position as a float, which ends at 2^53
#-         return {"n": self.n, "seed": self.seed, "position": self.position}
#+         return {"n": self.n, "seed": self.seed, "position": float(self.position)}

#-         self.position = state["position"]
#+         self.position = int(state["position"])


# %% wrong divided_by_slash from reference: the epoch by a division of floats
#-             epoch, start = divmod(self.position, self.n)
#+             epoch, start = int(self.position / self.n), self.position % self.n


# %% wrong alias from reference: the state is the object's own dict and changes with it
#-         return {"n": self.n, "seed": self.seed, "position": self.position}
#+         return self.__dict__


# %% wrong generator_stored from reference: the state holds an order as an array
#-         return {"n": self.n, "seed": self.seed, "position": self.position}
#+         return {"n": self.n, "seed": self.seed, "position": self.position, "order": np.arange(self.n)}


# %% wrong shared from reference: the position belongs to the class, not to the object
#-         self.n, self.batch_size, self.seed, self.position = n, batch_size, seed, 0
#+         self.n, self.batch_size, self.seed = n, batch_size, seed
#+         EndlessOrder.position = 0

#-             self.position += len(parts[-1])
#+             EndlessOrder.position += len(parts[-1])

#-         self.position = state["position"]
#+         EndlessOrder.position = state["position"]


# %% wrong int32 from reference: int32 instead of int64
#-         return np.concatenate(parts).astype(np.int64)
#+         return np.concatenate(parts).astype(np.int32)


# %% wrong a_list from reference: a list for an array
#-         return np.concatenate(parts).astype(np.int64)
#+         return np.concatenate(parts).tolist()


# %% wrong off_by_one from reference: the next batch repeats the last example
#-         self.position = state["position"]
#+         self.position = max(state["position"] - 1, 0)


# %% wrong key_error from reference: a KeyError for what does not fit
#-                 raise ValueError(f"the state has {name} {state[name]}, but this order has {name} {getattr(self, name)}")
#+                 raise KeyError(name)


# %% correct pieces: a Python int as position, pieces of epochs put together
class EndlessOrder:
    """Batches from an endless row of shuffled epochs, which can go on at any example."""

    def __init__(self, n: int, batch_size: int, seed: int):
        self.n = n
        self.batch_size = batch_size
        self.seed = seed
        self.position = 0

    def _order(self, epoch):
        return np.random.default_rng([self.seed, epoch]).permutation(self.n)

    def next_batch(self) -> np.ndarray:  # [batch_size]
        parts = []
        missing = self.batch_size
        while missing:
            epoch, index = divmod(self.position, self.n)
            part = self._order(epoch)[index : index + missing]
            parts.append(part)
            missing -= len(part)
            self.position += len(part)
        return np.concatenate(parts).astype(np.int64)

    def state_dict(self) -> dict:
        return {"n": self.n, "seed": self.seed, "position": self.position}

    def load_state_dict(self, state: dict) -> None:
        for name in ("n", "seed"):
            if state[name] != getattr(self, name):
                raise ValueError(f"{name} is {state[name]} in the state, and {getattr(self, name)} here")
        self.position = state["position"]

# %% wrong seed_zero_not_checked from pieces: a seed of 0 is not compared
#-             if state[name] != getattr(self, name):
#+             if state[name] and state[name] != getattr(self, name):

# %% wrong lives_in_the_state: the loaded dict itself becomes the object's state and is changed by its batches
class EndlessOrder:
    def __init__(self, n, batch_size, seed):
        self.batch_size = batch_size
        self.state = {"n": n, "seed": seed, "epoch": 0, "index": 0}

    def next_batch(self):
        state, batch = self.state, []
        while len(batch) < self.batch_size:
            if state["index"] == state["n"]:
                state["epoch"] += 1
                state["index"] = 0
            order = np.random.default_rng([state["seed"], state["epoch"]]).permutation(state["n"])
            part = order[state["index"] :][: self.batch_size - len(batch)].tolist()
            state["index"] += len(part)
            batch += part
        return np.array(batch, dtype=np.int64)

    def state_dict(self):
        return dict(self.state)

    def load_state_dict(self, state):
        for name in ("n", "seed"):
            if state[name] != self.state[name]:
                raise ValueError(f"{name} differs")
        self.state = state

# %% wrong recursive_batches: one call deeper for every epoch of a batch, up to a RecursionError
class EndlessOrder:
    def __init__(self, n, batch_size, seed):
        self.n, self.batch_size, self.seed, self.position = n, batch_size, seed, 0

    def _take(self, k):
        epoch, index = divmod(self.position, self.n)
        part = np.random.default_rng([self.seed, epoch]).permutation(self.n)[index : index + k].tolist()
        self.position += len(part)
        return part if len(part) == k else part + self._take(k - len(part))

    def next_batch(self):
        return np.array(self._take(self.batch_size), dtype=np.int64)

    def state_dict(self):
        return {"n": self.n, "seed": self.seed, "position": self.position}

    def load_state_dict(self, state):
        if state["n"] != self.n:
            raise ValueError("n differs")
        if state["seed"] != self.seed:
            raise ValueError("seed differs")
        self.position = state["position"]

# %% wrong cached_view: batches are views of a cached order; who changes a batch changes the order for all objects
import functools


@functools.lru_cache
def _order_of(n, seed, epoch):
    return np.random.default_rng([seed, epoch]).permutation(n)


class EndlessOrder:
    def __init__(self, n, batch_size, seed):
        self.n, self.batch_size, self.seed, self.position = n, batch_size, seed, 0

    def next_batch(self):
        epoch, index = divmod(self.position, self.n)
        batch = _order_of(self.n, self.seed, epoch)[index : index + self.batch_size]
        while len(batch) < self.batch_size:
            epoch += 1
            batch = np.concatenate([batch, _order_of(self.n, self.seed, epoch)[: self.batch_size - len(batch)]])
        self.position += self.batch_size
        return batch

    def state_dict(self):
        return {"n": self.n, "seed": self.seed, "position": self.position}

    def load_state_dict(self, state):
        if state["n"] != self.n:
            raise ValueError(f"n: {state['n']}")
        if state["seed"] != self.seed:
            raise ValueError(f"seed: {state['seed']}")
        self.position = state["position"]
