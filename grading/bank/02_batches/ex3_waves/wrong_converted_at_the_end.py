# wrong: computed in single precision and converted to double at the end
def sinusoids(n_positions, emb_dim):
    if emb_dim % 2 != 0:
        raise ValueError(f"emb_dim must be even, not {emb_dim}")
    omega = (10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)).astype(np.float32)
    table = np.zeros((n_positions, emb_dim), dtype=np.float32)
    for p in range(n_positions):
        table[p, 0::2] = np.sin(np.float32(p) * omega)
        table[p, 1::2] = np.cos(np.float32(p) * omega)
    return table.astype(np.float64)


def shift_matrix(distance, emb_dim):
    matrix = np.zeros((emb_dim, emb_dim), dtype=np.float32)
    for i in range(emb_dim // 2):
        a = distance * 10000 ** (-2 * i / emb_dim)
        matrix[2 * i, 2 * i] = np.cos(a)
        matrix[2 * i + 1, 2 * i] = np.sin(a)
        matrix[2 * i, 2 * i + 1] = -np.sin(a)
        matrix[2 * i + 1, 2 * i + 1] = np.cos(a)
    return matrix.astype(np.float64)
