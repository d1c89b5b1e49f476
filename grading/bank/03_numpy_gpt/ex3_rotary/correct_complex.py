# correct: pairs as complex numbers
def rotate(x, positions, base=10000.0):
    *front, d = x.shape
    if d % 2 != 0:
        raise ValueError(f"cannot make pairs of a vector of width {d}")
    speed = np.power(base, -2 * np.arange(d // 2) / d)
    turn = np.exp(1j * np.outer(positions, speed))
    z = (x[..., ::2] + 1j * x[..., 1::2]) * turn
    return np.stack([z.real, z.imag], -1).reshape(*front, d).astype(x.dtype)
