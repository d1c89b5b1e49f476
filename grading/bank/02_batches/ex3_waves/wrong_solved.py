# wrong: the matrix is solved for with a table of numbers, which the slow clocks make imprecise
def sinusoids(n_positions, emb_dim):
    if emb_dim % 2 != 0:
        raise ValueError(f"emb_dim must be even, not {emb_dim}")
    omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)
    table = np.zeros((n_positions, emb_dim))
    for p in range(n_positions):
        table[p, 0::2] = np.sin(p * omega)
        table[p, 1::2] = np.cos(p * omega)
    return table


def shift_matrix(distance, emb_dim):
    n = emb_dim + abs(distance)
    table = sinusoids(n + emb_dim, emb_dim)
    before = table[abs(distance) : abs(distance) + emb_dim]
    after = table[abs(distance) + distance : abs(distance) + distance + emb_dim] if distance <= 0 else table[abs(distance) * 2 :][:emb_dim]
    if len(after) < emb_dim:
        after = sinusoids(2 * n + emb_dim, emb_dim)[2 * distance : 2 * distance + emb_dim]
    return np.linalg.lstsq(before, after, rcond=None)[0]
