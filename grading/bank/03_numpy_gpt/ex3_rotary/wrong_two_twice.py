# wrong: the factor 2 of the exponent is in it twice
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"d is {d}, not even")
    angles = np.asarray(positions)[:, None] * base ** (-2 * np.arange(0, d, 2) / d)
    result = np.empty_like(x)
    result[..., ::2] = x[..., ::2] * np.cos(angles) - x[..., 1::2] * np.sin(angles)
    result[..., 1::2] = x[..., ::2] * np.sin(angles) + x[..., 1::2] * np.cos(angles)
    return result
