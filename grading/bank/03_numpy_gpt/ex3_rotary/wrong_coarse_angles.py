# wrong: the angles are computed in float32
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"d is {d}, not even")
    turns = base ** (-np.arange(0, d, 2, dtype=np.float32) / d)
    angles = np.outer(np.asarray(positions, dtype=np.float32), turns.astype(np.float32))
    cos, sin = np.cos(angles), np.sin(angles)
    even, odd = x[..., ::2], x[..., 1::2]
    return np.stack([even * cos - odd * sin, even * sin + odd * cos], axis=-1).reshape(x.shape).astype(x.dtype)
