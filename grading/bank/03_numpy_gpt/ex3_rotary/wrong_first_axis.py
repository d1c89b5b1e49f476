# wrong: the positions run along the first axis, the heads
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"d = {d} is odd")
    angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
    angles = angles.reshape(len(x), *[1] * (x.ndim - 2), -1)
    out = np.empty_like(x)
    out[..., ::2] = x[..., ::2] * np.cos(angles) - x[..., 1::2] * np.sin(angles)
    out[..., 1::2] = x[..., ::2] * np.sin(angles) + x[..., 1::2] * np.cos(angles)
    return out
