"""Answers to ex3_rotary of 03_numpy_gpt, right and wrong; how to read and write them: grading/answers.py."""


# %% correct complex: pairs as complex numbers
def rotate(x, positions, base=10000.0):
    *front, d = x.shape
    if d % 2 != 0:
        raise ValueError(f"cannot make pairs of a vector of width {d}")
    speed = np.power(base, -2 * np.arange(d // 2) / d)
    turn = np.exp(1j * np.outer(positions, speed))
    z = (x[..., ::2] + 1j * x[..., 1::2]) * turn
    return np.stack([z.real, z.imag], -1).reshape(*front, d).astype(x.dtype)


# %% correct matrices: a rotation matrix [2, 2] for each place and pair
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"width {d} is odd")
    a = np.array([[p / base ** (2 * j / d) for j in range(d // 2)] for p in positions]).reshape(-1, d // 2)
    matrices = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])  # [2, 2, seq, head_dim / 2]
    pairs = x.reshape(*x.shape[:-1], d // 2, 2)
    return np.einsum("abpj,...pjb->...pja", matrices, pairs).reshape(x.shape).astype(x.dtype)


# %% correct partner: each number times the cosine, plus its partner with a sign times the sine
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError("the width must be even, but d is " + str(d))
    angles = np.repeat(np.array(positions).reshape(-1, 1) / base ** (np.arange(0, d, 2) / d), 2, axis=1)
    partner = np.empty_like(x)
    partner[..., ::2], partner[..., 1::2] = -x[..., 1::2], x[..., ::2]
    return (x * np.cos(angles) + partner * np.sin(angles)).astype(x.dtype)


# %% correct even_and_odd: even and odd numbers apart, then interleaved
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"the width d must be even, not {d}")
    angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
    cos, sin = np.cos(angles), np.sin(angles)
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = [even * cos - odd * sin, even * sin + odd * cos]
    return np.stack(turned, axis=-1).reshape(x.shape).astype(x.dtype)


# %% wrong angles_like_x: the angles are computed in the number format of x, float32 for float32
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


# %% wrong array_only: positions in a list end in an error
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"d is {d}, not even")
    angles = positions[:, None] / base ** (np.arange(0, d, 2) / d)
    result = np.empty_like(x)
    result[..., ::2] = x[..., ::2] * np.cos(angles) - x[..., 1::2] * np.sin(angles)
    result[..., 1::2] = x[..., ::2] * np.sin(angles) + x[..., 1::2] * np.cos(angles)
    return result

# %% wrong base_fixed from even_and_odd: the base is 10,000 whatever the caller asks for
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     angles = np.asarray(positions)[:, None] * 10000.0 ** (-np.arange(0, d, 2) / d)

# %% wrong clockwise from even_and_odd: the turn goes clockwise
#-     turned = [even * cos - odd * sin, even * sin + odd * cos]
#+     turned = [even * cos + odd * sin, odd * cos - even * sin]


# %% wrong coarse_angles: the angles are computed in float32
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"d is {d}, not even")
    turns = base ** (-np.arange(0, d, 2, dtype=np.float32) / d)
    angles = np.outer(np.asarray(positions, dtype=np.float32), turns.astype(np.float32))
    cos, sin = np.cos(angles), np.sin(angles)
    even, odd = x[..., ::2], x[..., 1::2]
    return np.stack([even * cos - odd * sin, even * sin + odd * cos], axis=-1).reshape(x.shape).astype(x.dtype)

# %% wrong exponent from even_and_odd: the exponent is -j/d instead of -2j/d
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     angles = np.asarray(positions)[:, None] * base ** (-np.arange(d // 2) / d)


# %% wrong first_axis: the positions run along the first axis, the heads
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

# %% wrong halves from even_and_odd: pairs are taken from the two halves, as Llama's code does
#-     even, odd = x[..., 0::2], x[..., 1::2]
#+     even, odd = x[..., : d // 2], x[..., d // 2 :]

#-     return np.stack(turned, axis=-1).reshape(x.shape).astype(x.dtype)
#+     return np.concatenate(turned, axis=-1).astype(x.dtype)

# %% wrong ignores_positions from even_and_odd: places are counted from 0, whatever positions says
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     angles = np.arange(x.shape[-2])[:, None] * base ** (-np.arange(0, d, 2) / d)


# %% wrong in_place: the array of the caller is turned, too
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


# %% wrong message: the message of the error does not say how wide x is
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError("d must be even")
    angles = np.outer(positions, base ** (-np.arange(0, d, 2) / d))
    cos, sin = np.cos(angles), np.sin(angles)
    even, odd = x[..., ::2], x[..., 1::2]
    return np.stack([even * cos - odd * sin, even * sin + odd * cos], axis=-1).reshape(x.shape).astype(x.dtype)

# %% wrong not_interleaved from even_and_odd: the turned pairs are joined one behind the other instead of as neighbours
#-     return np.stack(turned, axis=-1).reshape(x.shape).astype(x.dtype)
#+     return np.concatenate(turned, axis=-1).astype(x.dtype)

# %% wrong number_format from even_and_odd: float32 becomes float64
#-     return np.stack(turned, axis=-1).reshape(x.shape).astype(x.dtype)
#+     return np.stack(turned, axis=-1).reshape(x.shape)


# %% wrong odd_width: an odd width is cut off without a word
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    angles = np.asarray(positions)[:, None] * base ** (-2 * np.arange(d // 2) / d)
    out = x.copy()
    for j in range(d // 2):
        cos, sin = np.cos(angles[:, j]), np.sin(angles[:, j])
        out[..., 2 * j] = x[..., 2 * j] * cos - x[..., 2 * j + 1] * sin
        out[..., 2 * j + 1] = x[..., 2 * j] * sin + x[..., 2 * j + 1] * cos
    return out

# %% wrong one_angle from even_and_odd: all pairs turn by the same angle
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     angles = np.asarray(positions)[:, None] * np.ones(d // 2)


# %% wrong overwritten: the second number of a pair is computed from the first one after its turn
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"odd width {d}")
    angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
    cos, sin = np.cos(angles), np.sin(angles)
    out = x.copy()
    out[..., ::2] = out[..., ::2] * cos - out[..., 1::2] * sin
    out[..., 1::2] = out[..., ::2] * sin + out[..., 1::2] * cos
    return out

# %% wrong positive_exponent from even_and_odd: the sign of the exponent is lost, so that later pairs turn faster
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     angles = np.asarray(positions)[:, None] * base ** (np.arange(0, d, 2) / d)


# %% wrong two_twice: the factor 2 of the exponent is in it twice
def rotate(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"d is {d}, not even")
    angles = np.asarray(positions)[:, None] * base ** (-2 * np.arange(0, d, 2) / d)
    result = np.empty_like(x)
    result[..., ::2] = x[..., ::2] * np.cos(angles) - x[..., 1::2] * np.sin(angles)
    result[..., 1::2] = x[..., ::2] * np.sin(angles) + x[..., 1::2] * np.cos(angles)
    return result

# %% wrong positions_in_place from even_and_odd: positions given as floats are multiplied in place
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     positions = np.asarray(positions, dtype=float)
#+     positions *= 1 / base ** (2 / d)
#+     angles = positions[:, None] * base ** ((2 - np.arange(0, d, 2)) / d)

# %% wrong view_as_complex from complex: pairs are seen as complex numbers in place, which refuses other layouts
#-     z = (x[..., ::2] + 1j * x[..., 1::2]) * turn
#+     z = x.astype(float).view(complex) * turn

# %% wrong half_positions from even_and_odd: positions in the format of a float16 x
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     positions = np.asarray(positions, dtype=x.dtype if x.dtype == np.float16 else float)
#+     angles = positions[:, None] * base ** (-np.arange(0, d, 2) / d)

# %% wrong half_to_single from even_and_odd: float16 comes back as float32
#-     return np.stack(turned, axis=-1).reshape(x.shape).astype(x.dtype)
#+     return np.stack(turned, axis=-1).reshape(x.shape).astype(x.dtype if x.dtype == float else np.float32)

# %% wrong always_single from even_and_odd: everything comes back as float32
#-     return np.stack(turned, axis=-1).reshape(x.shape).astype(x.dtype)
#+     return np.stack(turned, axis=-1).reshape(x.shape).astype(np.float32)

# %% wrong single_inside from even_and_odd: cosine and sine are cut to float32
#-     cos, sin = np.cos(angles), np.sin(angles)
#+     cos, sin = np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)

# %% wrong speeds_by_width from even_and_odd: the speeds of a width are remembered, whatever the base of a later call
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     speeds = rotate.__dict__.setdefault("speeds", {})
#+     if d not in speeds:
#+         speeds[d] = base ** (-np.arange(0, d, 2) / d)
#+     angles = np.asarray(positions)[:, None] * speeds[d]

# %% wrong whole_positions from even_and_odd: positions are cut to whole numbers
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     angles = np.asarray(positions, dtype=int)[:, None] * base ** (-np.arange(0, d, 2) / d)

# %% wrong table_of_positions from even_and_odd: the angles are looked up in a table of the first 8192 positions
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     table = np.arange(8192)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     angles = table[np.asarray(positions, dtype=int) % 8192]

# %% wrong zero_base from even_and_odd: the exponent of the base is taken in whole numbers for whole positions
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     angles = np.asarray(positions)[:, None] // base ** (np.arange(0, d, 2) / d)

# %% wrong whole_base from even_and_odd: a base that is a whole number gives whole powers
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)
#+     powers = (np.ones(d // 2, dtype=type(base)) * base ** (np.arange(0, d, 2) / d)).astype(type(base))
#+     angles = np.asarray(positions)[:, None] / powers

# %% wrong half_in_place from even_and_odd: arrays in float16 are turned where they lie
#-     return np.stack(turned, axis=-1).reshape(x.shape).astype(x.dtype)
#+     result = np.stack(turned, axis=-1).reshape(x.shape).astype(x.dtype)
#+     if x.dtype == np.float16:
#+         x[...] = result
#+     return result

# %% wrong itself_at_position_0 from reference: where all positions are 0, x itself is returned
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)  # [seq, head_dim / 2]
#+     if not np.any(positions):
#+         return x
#+     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)  # [seq, head_dim / 2]

# %% wrong odd_size from reference: the number of all entries is looked at, not the width
#-     if d % 2:
#+     if x.size % 2:

# %% wrong positions_in_single_precision from reference: positions are float32 where x is no float64
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)  # [seq, head_dim / 2]
#+     places = np.asarray(positions, dtype=np.float64 if x.dtype == np.float64 else np.float32).astype(np.float64)
#+     angles = places[:, None] * base ** (-np.arange(0, d, 2) / d)  # [seq, head_dim / 2]

# %% wrong speeds_in_single_precision from reference: for float16 the speeds are float32
#-     angles = np.asarray(positions)[:, None] * base ** (-np.arange(0, d, 2) / d)  # [seq, head_dim / 2]
#+     speeds = base ** (-np.arange(0, d, 2) / d)
#+     speeds = speeds.astype(np.float32).astype(np.float64) if x.dtype == np.float16 else speeds
#+     angles = np.asarray(positions)[:, None] * speeds

# %% wrong largest_position from reference: asks for the largest position, which there is not always
#-     cos, sin = np.cos(angles), np.sin(angles)
#+     assert np.max(positions) < np.inf
#+     cos, sin = np.cos(angles), np.sin(angles)


# %% correct plain: even and odd slices, stack
def rotate(x: np.ndarray, positions, base: float = 10000.0) -> np.ndarray:
    """Pairs of neighbours in x [..., seq, head_dim], turned by their position's angles."""
    d = x.shape[-1]
    if d % 2:
        raise ValueError(f"head_dim must be even, but it is {d}")
    speeds = float(base) ** (-2 * np.arange(d // 2) / d)
    angles = np.asarray(positions, dtype=np.float64)[:, None] * speeds
    cos, sin = np.cos(angles), np.sin(angles)
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = np.stack([even * cos - odd * sin, even * sin + odd * cos], axis=-1)
    return turned.reshape(x.shape).astype(x.dtype)

# %% wrong whole_positions_too from plain: positions in a list are cut to whole numbers
#-     angles = np.asarray(positions, dtype=np.float64)[:, None] * speeds
#+     places = np.asarray(positions, dtype=np.float64) if isinstance(positions, np.ndarray) else np.array(list(map(int, positions)), dtype=float)
#+     angles = places[:, None] * speeds

# %% wrong heads_behind from plain: four axes are taken for [batch, seq, heads, head_dim]
#-     even, odd = x[..., 0::2], x[..., 1::2]
#+     if x.ndim == 4:
#+         cos, sin = cos[:, None, :], sin[:, None, :]
#+     even, odd = x[..., 0::2], x[..., 1::2]
