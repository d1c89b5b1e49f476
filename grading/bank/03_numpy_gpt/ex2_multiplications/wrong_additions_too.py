# wrong: additions are counted, too
def multiplications(config, n_new, n_past=0):
    n, layers = config.emb_dim, config.n_layers
    return {
        "projections": 2 * layers * n_new * 4 * n * n,
        "attention": 2 * layers * 2 * n_new * (n_past + n_new) * n,
        "feed-forward": 2 * layers * n_new * 8 * n * n,
        "output": 2 * n_new * n * config.vocab_size,
    }
