# wrong: the past tokens go through the model again
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    n_new, n_past = n_new + n_past, 0
    return {
        "projections": L * n_new * 4 * n * n,
        "attention": L * 2 * n_new * n * (n_past + n_new),
        "feed-forward": L * 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }
