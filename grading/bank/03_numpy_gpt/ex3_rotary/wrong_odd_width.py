# wrong: an odd width is cut off without a word
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    angles = np.asarray(positions)[:, None] * base ** (-2 * np.arange(d // 2) / d)
    out = x.copy()
    for j in range(d // 2):
        cos, sin = np.cos(angles[:, j]), np.sin(angles[:, j])
        out[..., 2 * j] = x[..., 2 * j] * cos - x[..., 2 * j + 1] * sin
        out[..., 2 * j + 1] = x[..., 2 * j] * sin + x[..., 2 * j + 1] * cos
    return out
