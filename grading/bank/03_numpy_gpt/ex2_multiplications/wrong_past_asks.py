# wrong: past tokens are counted as queries, too
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    return {
        "projections": L * n_new * 4 * n * n,
        "attention": L * 2 * (n_past + n_new) ** 2 * n,
        "feed-forward": L * 8 * n_new * n * n,
        "output": n_new * n * config.vocab_size,
    }
