# correct: the cosine is a sine a quarter turn later; the matrix from a Kronecker product
def sinusoids(n_positions, emb_dim):
    if emb_dim % 2:
        raise ValueError(f"odd number of columns: {emb_dim}")
    columns = np.arange(emb_dim)
    angles = np.arange(n_positions)[:, None] * 10000.0 ** (-(columns // 2 * 2) / emb_dim)
    return np.sin(angles + columns % 2 * np.pi / 2)


def shift_matrix(distance, emb_dim):
    angles = np.repeat(distance * 10000.0 ** (-np.arange(0, emb_dim, 2) / emb_dim), 2)
    turn = np.kron(np.eye(emb_dim // 2), np.array([[0, -1], [1, 0]]))
    return np.diag(np.cos(angles)) + np.sin(angles)[:, None] * turn
