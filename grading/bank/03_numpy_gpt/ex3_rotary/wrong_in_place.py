# wrong: the array of the caller is turned, too
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"odd width {d}")
    angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
    cos, sin = np.cos(angles), np.sin(angles)
    even, odd = x[..., ::2].copy(), x[..., 1::2].copy()
    x[..., ::2] = even * cos - odd * sin
    x[..., 1::2] = even * sin + odd * cos
    return x
