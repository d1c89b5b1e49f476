"""Answers to ex2_multiplications of 03_numpy_gpt, right and wrong; how to read and write them: grading/answers.py."""


# %% correct from_the_tree: every weight multiplies once for each new token: sizes from the tree of parameters
from gptutils.numpy_gpt import count_params


def multiplications(config, n_new, n_past=0):
    size = count_params(config)
    pairs = n_new * (n_past + n_new)
    result = dict(output=size["token embeddings"] * n_new, attention=2 * pairs * config.emb_dim * config.n_layers)
    result["projections"] = size["attention weights"] * n_new
    result["feed-forward"] = size["feed-forward weights"] * n_new
    return result


# %% correct product_by_product: each matrix product by its three sizes, layer by layer and head by head
def multiplications(config, n_new, n_past=0):
    def product(m, k, n):
        return m * k * n

    n, d = config.emb_dim, config.emb_dim // config.n_heads
    counts = {"projections": 0, "attention": 0, "feed-forward": 0, "output": product(n_new, n, config.vocab_size)}
    for _ in range(config.n_layers):
        counts["projections"] += product(n_new, n, 3 * n) + product(n_new, n, n)
        for _ in range(config.n_heads):
            counts["attention"] += product(n_new, d, n_past + n_new)
            counts["attention"] += product(n_new, n_past + n_new, d)
        counts["feed-forward"] += product(n_new, n, 4 * n) + product(n_new, 4 * n, n)
    return counts


# %% correct with_numpy: NumPy products of the sizes, in arrays of Python's whole numbers
def multiplications(config, n_new, n_past=0):
    n = config.emb_dim
    block = np.array([4 * n * n, 2 * (n_past + n_new) * n, 8 * n * n], dtype=object) * n_new
    projections, attention_, feed_forward = block * config.n_layers
    return {
        "output": n * n_new * config.vocab_size,
        "feed-forward": feed_forward,
        "attention": attention_,
        "projections": projections,
    }


# %% correct short_names: factors multiplied out
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": L * n_new * 4 * n * n,
        "attention": L * 2 * n_new * n * (n_past + n_new),
        "feed-forward": L * 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }


# %% wrong additions_too: additions are counted, too
def multiplications(config, n_new, n_past=0):
    n, layers = config.emb_dim, config.n_layers
    return {
        "projections": 2 * layers * n_new * 4 * n * n,
        "attention": 2 * layers * 2 * n_new * (n_past + n_new) * n,
        "feed-forward": 2 * layers * n_new * 8 * n * n,
        "output": 2 * n_new * n * config.vocab_size,
    }


# %% wrong hard_coded: the numbers of the visible tests are written down
def multiplications(config, n_new, n_past=0):
    known = {
        (4, 3, 0): (192, 72, 384, 120),
        (4, 1, 2): (64, 24, 128, 40),
        (4, 2, 5): (128, 112, 256, 80),
        (768, 1024, 0): (28_991_029_248, 19_327_352_832, 57_982_058_496, 39_523_713_024),
    }
    numbers = known.get((config.emb_dim, n_new, n_past), (0, 0, 0, 0))
    return dict(zip(("projections", "attention", "feed-forward", "output"), numbers))


# %% wrong heads_too_wide: every head is counted as wide as the whole model
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": L * n_new * 4 * n * n,
        "attention": L * config.n_heads * 2 * n_new * n * (n_past + n_new),
        "feed-forward": L * 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }


# %% wrong last_row_only: the output is counted for the last token alone
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": L * n_new * 4 * n * n,
        "attention": L * 2 * n_new * n * (n_past + n_new),
        "feed-forward": L * 8 * n_new * n * n,
        "output": n * config.vocab_size,
    }


# %% wrong mask_saves: scores that the mask throws away are not counted
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": L * n_new * 4 * n * n,
        "attention": L * n * (n_new * (n_new + 1) + 2 * n_new * n_past),
        "feed-forward": L * 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }


# %% wrong no_c_proj: the projection behind attention is forgotten
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": L * n_new * 3 * n * n,
        "attention": L * 2 * n_new * n * (n_past + n_new),
        "feed-forward": L * 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }


# %% wrong one_layer: one layer instead of all
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": n_new * 4 * n * n,
        "attention": 2 * n_new * n * (n_past + n_new),
        "feed-forward": 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }


# %% wrong one_sum: a single sum instead of the four parts
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    block = 12 * n_new * n * n + 2 * n_new * n * (n_past + n_new)
    return L * block + n_new * n * config.vocab_size

# %% wrong past_again from short_names: the past tokens go through the model again
#-     n, L = config.emb_dim, config.n_layers
#+     n, L = config.emb_dim, config.n_layers
#+     n_new, n_past = n_new + n_past, 0


# %% wrong past_asks: past tokens are counted as queries, too
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": L * n_new * 4 * n * n,
        "attention": L * 2 * (n_past + n_new) ** 2 * n,
        "feed-forward": L * 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }


# %% wrong past_squared: right for one new token after the past, wrong for several: they are not compared with each other
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": L * n_new * 4 * n * n,
        "attention": L * 2 * n_new * n * (n_past + 1 if n_past else n_new),
        "feed-forward": L * 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }


# %% wrong past_without_self: new tokens are compared with the past ones alone when there are any
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": L * n_new * 4 * n * n,
        "attention": L * 2 * n_new * n * (n_past or n_new),
        "feed-forward": L * 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }


# %% wrong scores_only: the product with the values is forgotten
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": L * n_new * 4 * n * n,
        "attention": L * n_new * n * (n_past + n_new),
        "feed-forward": L * 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }

# %% wrong floats from short_names: the inner width is a quotient, and all counts are floats
#-     n, L = config.emb_dim, config.n_layers
#+     n, L = config.n_heads * (config.emb_dim / config.n_heads), config.n_layers

# %% wrong float_attention from short_names: attention alone is a float
#-         "attention": L * 2 * n_new * n * (n_past + n_new),
#+         "attention": L * config.n_heads * 2 * n_new * (n / config.n_heads) * (n_past + n_new),

# %% wrong int32_counts from with_numpy: the sizes are whole numbers of 32 bits, which overflow
#-     n = config.emb_dim
#-     block = np.array([4 * n * n, 2 * (n_past + n_new) * n, 8 * n * n], dtype=object) * n_new
#+     n = config.emb_dim
#+     block = np.array([4 * n * n, 2 * (n_past + n_new) * n, 8 * n * n], dtype=np.int32) * n_new

# %% wrong float_sum from with_numpy: the products are taken in floats and rounded at the end, which loses digits of large models
#-     n = config.emb_dim
#-     block = np.array([4 * n * n, 2 * (n_past + n_new) * n, 8 * n * n], dtype=object) * n_new
#-     projections, attention_, feed_forward = block * config.n_layers
#+     n = config.emb_dim
#+     block = np.array([4.0 * n * n, 2.0 * (n_past + n_new) * n, 8.0 * n * n]) * n_new * config.n_layers
#+     projections, attention_, feed_forward = (int(count) for count in block)

# %% wrong biases_too from short_names: the biases of attention are counted where there are some
#-         "projections": L * n_new * 4 * n * n,
#+         "projections": L * n_new * (4 * n * n + 3 * n * config.qkv_bias),

# %% wrong output_of_the_past from short_names: the output is counted for the past tokens, too
#-         "output": n_new * n * config.vocab_size,
#+         "output": (n_past + n_new) * n * config.vocab_size,

# %% wrong past_of_one_layer from short_names: the past counts in the first layer only
#-         "attention": L * 2 * n_new * n * (n_past + n_new),
#+         "attention": L * 2 * n_new * n * n_new + 2 * n_new * n * n_past,

# %% wrong no_new_is_one from short_names: no new token is taken for one
#-     n, L = config.emb_dim, config.n_layers
#+     n, L = config.emb_dim, config.n_layers
#+     n_new = n_new or 1

# %% wrong total_too from short_names: a fifth number, the total
#-     return {
#-         "projections": L * n_new * 4 * n * n,
#+     return {
#+         "total": 0,
#+         "projections": L * n_new * 4 * n * n,

# %% wrong as_text from short_names: the counts are texts
#-         "output": n_new * n * config.vocab_size,
#-     }
#+         "output": f"{n_new * n * config.vocab_size:,}",
#+     }

# %% wrong remembered_dict from reference: the dictionary of each call is remembered and given out again
#- def multiplications(config: GPTConfig, n_new: int, n_past: int = 0) -> dict[str, int]:
#+ from functools import cache
#+
#+
#+ @cache
#+ def multiplications(config: GPTConfig, n_new: int, n_past: int = 0) -> dict[str, int]:

# %% wrong numbers_of_64_bits from with_numpy: NumPy's numbers of 64 bits, in which the largest counts wrap round
#-     n = config.emb_dim
#-     block = np.array([4 * n * n, 2 * (n_past + n_new) * n, 8 * n * n], dtype=object) * n_new
#+     n = np.int64(config.emb_dim)
#+     block = np.array([4 * n * n, 2 * (n_past + n_new) * n, 8 * n * n]) * n_new


# %% correct plain: formulas
def multiplications(config: GPTConfig, n_new: int, n_past: int = 0) -> dict[str, int]:
    """Multiplications in the matrix products of a forward pass, by part."""
    d, layers = config.emb_dim, config.n_layers
    return {
        "projections": layers * 4 * n_new * d * d,
        "attention": layers * 2 * n_new * (n_past + n_new) * d,
        "feed-forward": layers * 8 * n_new * d * d,
        "output": n_new * d * config.vocab_size,
    }

# %% wrong vocab_fixed from plain: the vocabulary of GPT-2 wherever the model is not the small one
#-         "output": n_new * d * config.vocab_size,
#+         "output": n_new * d * (config.vocab_size if d < 64 else 50257),
