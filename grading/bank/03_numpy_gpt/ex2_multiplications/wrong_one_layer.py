# wrong: one layer instead of all
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": n_new * 4 * n * n,
        "attention": 2 * n_new * n * (n_past + n_new),
        "feed-forward": 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }
