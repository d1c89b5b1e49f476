"""Answers to ex1_temperature of 09_decoding, right and wrong; how to read and write them: grading/answers.py."""


# %% correct plain_python: lists and math, the interval halved in the logarithm
def perplexity_at(logits, temperature):
    values = [z / temperature for z in logits.double().tolist()]
    largest = max(values)
    powers = [math.exp(z - largest) for z in values]
    total = math.fsum(powers)
    return math.exp(-math.fsum(x / total * math.log(x / total) for x in powers if x > 0))


def temperature_for(logits, perplexity):
    low, high = math.log(1e-3), math.log(1e3)
    if not perplexity >= perplexity_at(logits, 1e-3):
        raise ValueError("too few choices")
    if perplexity > perplexity_at(logits, 1e3):
        raise ValueError("too many choices")
    while high - low > 1e-13:
        middle = (low + high) / 2
        low, high = (middle, high) if perplexity_at(logits, math.exp(middle)) < perplexity else (low, middle)
    return min(max(math.exp(high), 1e-3), 1e3)


# %% correct log_softmax: where the probability is 0, the term is set to 0
def perplexity_at(logits, temperature):
    logs = torch.log_softmax(logits.to(torch.float64) / temperature, dim=0)
    terms = torch.where(logs > -torch.inf, logs.exp() * logs, torch.zeros_like(logs))
    return float(torch.exp(-terms.sum()))


def temperature_for(logits, perplexity):
    ends = [1e-3, 1e3]
    reached = [perplexity_at(logits, end) for end in ends]
    if math.isnan(perplexity) or perplexity < reached[0] or perplexity > reached[1]:
        raise ValueError(f"{perplexity} is not between {reached[0]} and {reached[1]}")
    for _ in range(80):
        middle = (ends[0] * ends[1]) ** 0.5
        ends[perplexity_at(logits, middle) >= perplexity] = middle
    return ends[1]


# %% correct only_finite: impossible tokens are left out at first, the interval is halved as it is
def perplexity_at(logits, temperature):
    z = logits.double()[logits > -torch.inf] / temperature
    p = z.softmax(0)
    return (-(p * p.clamp(min=1e-320).log()).sum()).exp().item()


def temperature_for(logits, perplexity):
    low, high = 0.001, 1000.0
    if not (perplexity_at(logits, low) <= perplexity <= perplexity_at(logits, high)):
        raise ValueError("out of reach")
    for _ in range(200):
        middle = (low + high) / 2
        if perplexity_at(logits, middle) < perplexity:
            low = middle
        else:
            high = middle
    return (low + high) / 2


# %% wrong multiplied from reference: logits are multiplied by the temperature
#-     p = (logits.double() / temperature).softmax(-1)
#+     p = (logits.double() * temperature).softmax(-1)

# %% wrong no_temperature from reference: the temperature is not used
#-     p = (logits.double() / temperature).softmax(-1)
#+     p = logits.double().softmax(-1)

# %% wrong entropy from reference: the entropy is returned
#-     return torch.special.entr(p).sum().exp().item()
#+     return torch.special.entr(p).sum().item()

# %% wrong bits from reference: 2 to the power of an entropy in nats
#-     return torch.special.entr(p).sum().exp().item()
#+     return torch.special.entr(p).sum().exp2().item()

# %% wrong own_format from reference: computed in the format of the logits
#-     p = (logits.double() / temperature).softmax(-1)
#+     p = (logits / temperature).softmax(-1)

# %% wrong thirty_two_bits from reference: computed in 32 bits
#-     p = (logits.double() / temperature).softmax(-1)
#+     p = (logits.float() / temperature).softmax(-1)

# %% wrong zero_log from reference: 0 times the logarithm of 0
#-     return torch.special.entr(p).sum().exp().item()
#+     return (-(p * p.log()).sum()).exp().item()

# %% wrong shifted_log from reference: a small number is added before the logarithm
#-     return torch.special.entr(p).sum().exp().item()
#+     return (-(p * (p + 1e-6).log()).sum()).exp().item()

# %% wrong a_tensor from reference: the perplexity is a tensor
#-     return torch.special.entr(p).sum().exp().item()
#+     return torch.special.entr(p).sum().exp()

# %% wrong unchecked from reference: what cannot be reached is not refused
#-     if not perplexity_at(logits, low) <= perplexity <= perplexity_at(logits, high):
#-         raise ValueError(f"no temperature from {low} to {high} has the perplexity {perplexity}")
#+     perplexity = float(perplexity)

# %% wrong nan_passes from reference: not-a-number is not refused
#-     if not perplexity_at(logits, low) <= perplexity <= perplexity_at(logits, high):
#+     if perplexity < perplexity_at(logits, low) or perplexity > perplexity_at(logits, high):

# %% wrong too_few_steps from reference: fifteen halvings
#-     for _ in range(100):
#+     for _ in range(15):

# %% wrong wrong_half from reference: the wrong half is kept
#-         if perplexity_at(logits, middle) < perplexity:
#+         if perplexity_at(logits, middle) > perplexity:

# %% wrong up_to_ten from reference: temperatures above 10 are not looked for
#-     low, high = 1e-3, 1e3
#+     low, high = 1e-3, 10.0

# %% wrong from_a_tenth from reference: temperatures below 0.1 are not looked for
#-     low, high = 1e-3, 1e3
#+     low, high = 0.1, 1e3

# %% wrong a_grid from reference: the best of a thousand temperatures
#-     for _ in range(100):
#-         middle = math.sqrt(low * high)
#-         if perplexity_at(logits, middle) < perplexity:
#-             low = middle
#-         else:
#-             high = middle
#-     return high
#+     grid = [10 ** (i / 166.5 - 3) for i in range(1000)]
#+     return min(grid, key=lambda t: abs(perplexity_at(logits, t) - perplexity))

# %% wrong in_place from reference: the logits that were given are changed
#-     p = (logits.double() / temperature).softmax(-1)
#+     p = logits.div_(temperature).double().softmax(-1)
