# correct: each matrix product by its three sizes, layer by layer and head by head
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
