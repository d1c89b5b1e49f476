# wrong: scores that the mask throws away are not counted
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": L * n_new * 4 * n * n,
        "attention": L * n * (n_new * (n_new + 1) + 2 * n_new * n_past),
        "feed-forward": L * 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }
