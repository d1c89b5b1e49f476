# correct: NumPy products of the sizes, given back as NumPy's whole numbers
def multiplications(config, n_new, n_past=0):
    n = np.int64(config.emb_dim)
    block = np.array([4 * n * n, 2 * (n_past + n_new) * n, 8 * n * n]) * n_new
    projections, attention_, feed_forward = block * config.n_layers
    return {
        "output": n * n_new * config.vocab_size,
        "feed-forward": feed_forward,
        "attention": attention_,
        "projections": projections,
    }
