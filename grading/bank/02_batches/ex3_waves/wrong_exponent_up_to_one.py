# wrong: the exponent runs up to 1, the last clock included
def sinusoids(n_positions, emb_dim):
    if emb_dim % 2 != 0:
        raise ValueError(f"emb_dim must be even, not {emb_dim}")
    omega = 10000 ** -np.linspace(0, 1, emb_dim // 2)
    table = np.zeros((n_positions, emb_dim))
    for p in range(n_positions):
        table[p, 0::2] = np.sin(p * omega)
        table[p, 1::2] = np.cos(p * omega)
    return table


def shift_matrix(distance, emb_dim):
    matrix = np.zeros((emb_dim, emb_dim))
    for i in range(emb_dim // 2):
        a = distance * 10000 ** (-2 * i / emb_dim)
        matrix[2 * i, 2 * i] = np.cos(a)
        matrix[2 * i + 1, 2 * i] = np.sin(a)
        matrix[2 * i, 2 * i + 1] = -np.sin(a)
        matrix[2 * i + 1, 2 * i + 1] = np.cos(a)
    return matrix
