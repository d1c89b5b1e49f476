# correct: every weight multiplies once for each new token: sizes from the tree of parameters
from gptutils.numpy_gpt import count_params


def multiplications(config, n_new, n_past=0):
    size = count_params(config)
    pairs = n_new * (n_past + n_new)
    result = dict(output=size["token embeddings"] * n_new, attention=2 * pairs * config.emb_dim * config.n_layers)
    result["projections"] = size["attention weights"] * n_new
    result["feed-forward"] = size["feed-forward weights"] * n_new
    return result
