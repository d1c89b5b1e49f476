# correct: plain loops and the math module
def sinusoids(n_positions, emb_dim):
    if emb_dim % 2 == 1:
        raise ValueError("an even emb_dim is needed, got " + str(emb_dim))
    rows = [[0.0] * emb_dim for _ in range(n_positions)]
    for p in range(n_positions):
        for j in range(emb_dim):
            angle = p / math.pow(10000, (j - j % 2) / emb_dim)
            rows[p][j] = math.cos(angle) if j % 2 else math.sin(angle)
    return np.array(rows).reshape(n_positions, emb_dim)


def shift_matrix(distance, emb_dim):
    m = np.eye(emb_dim)
    for j in range(0, emb_dim, 2):
        angle = distance / math.pow(10000, j / emb_dim)
        m[j][j] = m[j + 1][j + 1] = math.cos(angle)
        m[j + 1][j] = math.sin(angle)
        m[j][j + 1] = -math.sin(angle)
    return m
