# correct: one row after the other; np.block puts the squares together
def _omega(d):
    return [10000 ** (-2 * i / d) for i in range(d // 2)]


def sinusoids(n_positions, emb_dim):
    if emb_dim & 1:
        raise ValueError
    return np.array([[f(p * w) for w in _omega(emb_dim) for f in (math.sin, math.cos)] for p in range(n_positions)])


def shift_matrix(distance, emb_dim):
    angles = [distance * w for w in _omega(emb_dim)]
    squares = [np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]) for a in angles]
    nothing = np.zeros((2, 2))
    return np.block([[square if i == j else nothing for j in range(len(squares))] for i, square in enumerate(squares)])
