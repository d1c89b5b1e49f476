# correct: a rotation matrix [2, 2] for each place and pair
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"width {d} is odd")
    a = np.array([[p / base ** (2 * j / d) for j in range(d // 2)] for p in positions])
    matrices = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])  # [2, 2, seq, head_dim / 2]
    pairs = x.reshape(*x.shape[:-1], d // 2, 2)
    return np.einsum("abpj,...pjb->...pja", matrices, pairs).reshape(x.shape).astype(x.dtype)
