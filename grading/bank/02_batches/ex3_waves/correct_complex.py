# correct: complex numbers: their imaginary and real parts side by side, and a diagonal of little squares
def _turns(emb_dim):
    if emb_dim % 2:
        raise ValueError(f"emb_dim {emb_dim} is odd")
    return np.exp(-np.log(1e4) * np.arange(0, emb_dim, 2) / emb_dim)


def sinusoids(n_positions, emb_dim):
    hands = np.exp(1j * np.outer(np.arange(n_positions), _turns(emb_dim)))
    table = np.empty((n_positions, emb_dim))
    table[:, ::2], table[:, 1::2] = hands.imag, hands.real
    return table


def shift_matrix(distance, emb_dim):
    z = np.exp(1j * distance * _turns(emb_dim))
    even = np.arange(0, emb_dim, 2)
    matrix = np.zeros((emb_dim, emb_dim))
    matrix[even, even] = matrix[even + 1, even + 1] = z.real
    matrix[even + 1, even], matrix[even, even + 1] = z.imag, -z.imag
    return matrix
