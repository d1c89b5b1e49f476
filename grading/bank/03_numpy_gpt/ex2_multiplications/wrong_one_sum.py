# wrong: a single sum instead of the four parts
def multiplications(config, n_new, n_past=0):
    n, L = config.emb_dim, config.n_layers
    block = 12 * n_new * n * n + 2 * n_new * n * (n_past + n_new)
    return L * block + n_new * n * config.vocab_size
