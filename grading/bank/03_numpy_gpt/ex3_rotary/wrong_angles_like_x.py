# wrong: the angles are computed in the number format of x, float32 for float32
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"d is {d}, it must be even")
    turns = (base ** (-np.arange(0, d, 2) / d)).astype(x.dtype)
    angles = np.asarray(positions, dtype=x.dtype)[:, None] * turns
    cos, sin = np.cos(angles), np.sin(angles)
    turned = np.empty_like(x)
    turned[..., 0::2] = x[..., 0::2] * cos - x[..., 1::2] * sin
    turned[..., 1::2] = x[..., 0::2] * sin + x[..., 1::2] * cos
    return turned
