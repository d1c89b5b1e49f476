# correct: each number times the cosine, plus its partner with a sign times the sine
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError("the width must be even, but d is " + str(d))
    angles = np.repeat(np.array(positions).reshape(-1, 1) / base ** (np.arange(0, d, 2) / d), 2, axis=1)
    partner = np.empty_like(x)
    partner[..., ::2], partner[..., 1::2] = -x[..., 1::2], x[..., ::2]
    return (x * np.cos(angles) + partner * np.sin(angles)).astype(x.dtype)
