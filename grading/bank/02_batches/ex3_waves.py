"""Answers to ex3_waves of 02_batches, right and wrong; how to read and write them: grading/answers.py."""


# %% correct complex: complex numbers: their imaginary and real parts side by side, and a diagonal of little squares
def _turns(emb_dim):
    if emb_dim % 2:
        raise ValueError(f"emb_dim {emb_dim} is odd")
    return np.exp(-np.log(1e4) * np.arange(0, emb_dim, 2) / emb_dim)


def sinusoids(n_positions, emb_dim):
    hands = np.exp(1j * np.outer(np.arange(n_positions), _turns(emb_dim)))
    table = np.empty((n_positions, emb_dim))
    table[:, ::2], table[:, 1::2] = hands.imag, hands.real
    return table


def shift_matrix(distance, emb_dim):
    z = np.exp(1j * distance * _turns(emb_dim))
    even = np.arange(0, emb_dim, 2)
    matrix = np.zeros((emb_dim, emb_dim))
    matrix[even, even] = matrix[even + 1, even + 1] = z.real
    matrix[even + 1, even], matrix[even, even + 1] = z.imag, -z.imag
    return matrix


# %% correct loops: plain loops and the math module
def sinusoids(n_positions, emb_dim):
    if emb_dim % 2 == 1:
        raise ValueError("an even emb_dim is needed, got " + str(emb_dim))
    rows = [[0.0] * emb_dim for _ in range(n_positions)]
    for p in range(n_positions):
        for j in range(emb_dim):
            angle = p / math.pow(10000, (j - j % 2) / emb_dim)
            rows[p][j] = math.cos(angle) if j % 2 else math.sin(angle)
    return np.array(rows).reshape(n_positions, emb_dim)


def shift_matrix(distance, emb_dim):
    m = np.eye(emb_dim)
    for j in range(0, emb_dim, 2):
        angle = distance / math.pow(10000, j / emb_dim)
        m[j][j] = m[j + 1][j + 1] = math.cos(angle)
        m[j + 1][j] = math.sin(angle)
        m[j][j + 1] = -math.sin(angle)
    return m


# %% correct one_sine: the cosine is a sine a quarter turn later; the matrix from a Kronecker product
def sinusoids(n_positions, emb_dim):
    if emb_dim % 2:
        raise ValueError(f"odd number of columns: {emb_dim}")
    columns = np.arange(emb_dim)
    angles = np.arange(n_positions)[:, None] * 10000.0 ** (-(columns // 2 * 2) / emb_dim)
    return np.sin(angles + columns % 2 * np.pi / 2)


def shift_matrix(distance, emb_dim):
    angles = np.repeat(distance * 10000.0 ** (-np.arange(0, emb_dim, 2) / emb_dim), 2)
    turn = np.kron(np.eye(emb_dim // 2), np.array([[0, -1], [1, 0]]))
    return np.diag(np.cos(angles)) + np.sin(angles)[:, None] * turn


# %% correct row_by_row: one row after the other; np.block puts the squares together
def _omega(d):
    return [10000 ** (-2 * i / d) for i in range(d // 2)]


def sinusoids(n_positions, emb_dim):
    if emb_dim & 1:
        raise ValueError
    table = [[f(p * w) for w in _omega(emb_dim) for f in (math.sin, math.cos)] for p in range(n_positions)]
    return np.array(table).reshape(-1, emb_dim)


def shift_matrix(distance, emb_dim):
    angles = [distance * w for w in _omega(emb_dim)]
    squares = [np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]]) for a in angles]
    nothing = np.zeros((2, 2))
    return np.block([[square if i == j else nothing for j in range(len(squares))] for i, square in enumerate(squares)])


# %% correct row_and_block: the table row by row, the matrix block by block
def sinusoids(n_positions, emb_dim):
    if emb_dim % 2 != 0:
        raise ValueError(f"emb_dim must be even, not {emb_dim}")
    omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
    table = np.zeros((n_positions, emb_dim))
    for p in range(n_positions):
        table[p, 0::2] = np.sin(p * omega)
        table[p, 1::2] = np.cos(p * omega)
    return table


def shift_matrix(distance, emb_dim):
    matrix = np.zeros((emb_dim, emb_dim))
    for i in range(emb_dim // 2):
        a = distance * 10000 ** (-2 * i / emb_dim)
        matrix[2 * i, 2 * i] = np.cos(a)
        matrix[2 * i + 1, 2 * i] = np.sin(a)
        matrix[2 * i, 2 * i + 1] = -np.sin(a)
        matrix[2 * i + 1, 2 * i + 1] = np.cos(a)
    return matrix

# %% wrong angles_in_single_precision from row_and_block: the angles are rounded to single precision, the table is double
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2, dtype=np.float32) / np.float32(emb_dim))

#-         table[p, 0::2] = np.sin(p * omega)
#-         table[p, 1::2] = np.cos(p * omega)
#+         table[p, 0::2] = np.sin(np.float32(p) * omega)
#+         table[p, 1::2] = np.cos(np.float32(p) * omega)

# %% wrong converted_at_the_end from row_and_block: computed in single precision and converted to double at the end
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#-     table = np.zeros((n_positions, emb_dim))
#+     omega = (10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)).astype(np.float32)
#+     table = np.zeros((n_positions, emb_dim), dtype=np.float32)

#-         table[p, 0::2] = np.sin(p * omega)
#-         table[p, 1::2] = np.cos(p * omega)
#-     return table
#+         table[p, 0::2] = np.sin(np.float32(p) * omega)
#+         table[p, 1::2] = np.cos(np.float32(p) * omega)
#+     return table.astype(np.float64)

#-     matrix = np.zeros((emb_dim, emb_dim))
#+     matrix = np.zeros((emb_dim, emb_dim), dtype=np.float32)

#-     return matrix
#+     return matrix.astype(np.float64)

# %% wrong cosine_first from row_and_block: cosines in the even columns and sines in the odd ones
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)

#-         table[p, 0::2] = np.sin(p * omega)
#-         table[p, 1::2] = np.cos(p * omega)
#+         table[p, 0::2] = np.cos(p * omega)
#+         table[p, 1::2] = np.sin(p * omega)

# %% wrong doubled_twice from row_and_block: the numbers of the even columns, which are 2i already, are doubled again
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(0, emb_dim, 2) / emb_dim)

# %% wrong exponent_i from row_and_block: the exponent is i / d instead of 2i / d
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-np.arange(emb_dim // 2) / emb_dim)

# %% wrong exponent_up_to_one from row_and_block: the exponent runs up to 1, the last clock included
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** -np.linspace(0, 1, emb_dim // 2)

# %% wrong faster_clocks from row_and_block: the sign of the exponent is missing, later clocks run faster
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (2 * np.arange(emb_dim // 2) / emb_dim)

# %% wrong never_back from row_and_block: a negative distance leads forth, as if it had no sign
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)

#-         a = distance * 10000 ** (-2 * i / emb_dim)
#+         a = abs(distance) * 10000 ** (-2 * i / emb_dim)

# %% wrong odd_width from row_and_block: an odd number of columns is no ValueError of its own, the last column stays zero
#-     if emb_dim % 2 != 0:
#-         raise ValueError(f"emb_dim must be even, not {emb_dim}")
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)

#-         table[p, 0::2] = np.sin(p * omega)
#+         table[p, 0 : emb_dim // 2 * 2 : 2] = np.sin(p * omega)

# %% wrong one_angle from row_and_block: all clocks are turned by the angle of the first
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)

#-         a = distance * 10000 ** (-2 * i / emb_dim)
#+         a = distance

# %% wrong own_frequency_for_each_column from row_and_block: every column has a frequency of its own
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-np.arange(emb_dim) / emb_dim)

#-         table[p, 0::2] = np.sin(p * omega)
#-         table[p, 1::2] = np.cos(p * omega)
#+         table[p, 0::2] = np.sin(p * omega[0::2])
#+         table[p, 1::2] = np.cos(p * omega[1::2])

# %% wrong positions_from_one from row_and_block: positions begin with 1
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)

#-         table[p, 0::2] = np.sin(p * omega)
#-         table[p, 1::2] = np.cos(p * omega)
#+         table[p, 0::2] = np.sin((p + 1) * omega)
#+         table[p, 1::2] = np.cos((p + 1) * omega)

# %% wrong signs from row_and_block: the minus in the cosine of a sum is forgotten
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)

#-         matrix[2 * i, 2 * i + 1] = -np.sin(a)
#+         matrix[2 * i, 2 * i + 1] = np.sin(a)

# %% wrong sines_on_the_diagonal from row_and_block: the sines stand on the diagonal of each square, the cosines beside it
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)

#-         matrix[2 * i, 2 * i] = np.cos(a)
#-         matrix[2 * i + 1, 2 * i] = np.sin(a)
#-         matrix[2 * i, 2 * i + 1] = -np.sin(a)
#-         matrix[2 * i + 1, 2 * i + 1] = np.cos(a)
#+         matrix[2 * i, 2 * i] = np.sin(a)
#+         matrix[2 * i + 1, 2 * i] = np.cos(a)
#+         matrix[2 * i, 2 * i + 1] = np.cos(a)
#+         matrix[2 * i + 1, 2 * i + 1] = -np.sin(a)

# %% wrong single_precision from row_and_block: single precision, so that far positions are wrong
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#-     table = np.zeros((n_positions, emb_dim))
#+     omega = (10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)).astype(np.float32)
#+     table = np.zeros((n_positions, emb_dim), dtype=np.float32)

#-         table[p, 0::2] = np.sin(p * omega)
#-         table[p, 1::2] = np.cos(p * omega)
#+         table[p, 0::2] = np.sin(np.float32(p) * omega)
#+         table[p, 1::2] = np.cos(np.float32(p) * omega)

# %% wrong solved from row_and_block: the matrix is solved for with a table of numbers, which the slow clocks make imprecise
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)

#-     matrix = np.zeros((emb_dim, emb_dim))
#-     for i in range(emb_dim // 2):
#-         a = distance * 10000 ** (-2 * i / emb_dim)
#-         matrix[2 * i, 2 * i] = np.cos(a)
#-         matrix[2 * i + 1, 2 * i] = np.sin(a)
#-         matrix[2 * i, 2 * i + 1] = -np.sin(a)
#-         matrix[2 * i + 1, 2 * i + 1] = np.cos(a)
#-     return matrix
#+     n = emb_dim + abs(distance)
#+     table = sinusoids(n + emb_dim, emb_dim)
#+     before = table[abs(distance) : abs(distance) + emb_dim]
#+     after = table[abs(distance) + distance : abs(distance) + distance + emb_dim] if distance <= 0 else table[abs(distance) * 2 :][:emb_dim]
#+     if len(after) < emb_dim:
#+         after = sinusoids(2 * n + emb_dim, emb_dim)[2 * distance : 2 * distance + emb_dim]
#+     return np.linalg.lstsq(before, after, rcond=None)[0]

# %% wrong stored_in_single_precision from row_and_block: computed in double precision, but stored in single precision
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#-     table = np.zeros((n_positions, emb_dim))
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)
#+     table = np.zeros((n_positions, emb_dim), dtype=np.float32)

#-     matrix = np.zeros((emb_dim, emb_dim))
#+     matrix = np.zeros((emb_dim, emb_dim), dtype=np.float32)

# %% wrong transposed from row_and_block: the matrix is made to stand left of a column
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)

#-     return matrix
#+     return matrix.T

# %% wrong two_blocks from row_and_block: all sines stand left and all cosines right
#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-2 * np.arange(emb_dim // 2) / emb_dim)

#-         table[p, 0::2] = np.sin(p * omega)
#-         table[p, 1::2] = np.cos(p * omega)
#+         table[p, : emb_dim // 2] = np.sin(p * omega)
#+         table[p, emb_dim // 2 :] = np.cos(p * omega)

# %% wrong positions_in_16_bits from row_and_block: positions are numbers of 16 bits, which end at 32767
#-     for p in range(n_positions):
#+     for p in np.arange(n_positions).astype(np.int16):

# %% wrong remembered_table from row_and_block: the table is remembered, and whoever changes it changes the next one
#- def sinusoids(n_positions, emb_dim):
#+ from functools import lru_cache
#+
#+
#+ @lru_cache
#+ def sinusoids(n_positions, emb_dim):

# %% wrong whole_numbers_for_no_step from row_and_block: the matrix for the distance 0 holds whole numbers
#-     matrix = np.zeros((emb_dim, emb_dim))
#+     if distance == 0:
#+         return np.eye(emb_dim, dtype=int)
#+     matrix = np.zeros((emb_dim, emb_dim))

# %% wrong no_rows_no_columns from loops: a table of no rows has no columns either
#-     return np.array(rows).reshape(n_positions, emb_dim)
#+     return np.array(rows)

# %% wrong one_step_at_most from row_and_block: a step back is the transposed step forth of half a turn at most
#-         a = distance * 10000 ** (-2 * i / emb_dim)
#+         a = max(-5000, min(5000, distance)) * 10000 ** (-2 * i / emb_dim)

# %% wrong far_steps_looked_up from row_and_block: sine and cosine of a step come from a table of 100,000 rows
#- def shift_matrix(distance, emb_dim):
#-     matrix = np.zeros((emb_dim, emb_dim))
#+ def shift_matrix(distance, emb_dim):
#+     matrix = np.zeros((emb_dim, emb_dim))
#+     distance = max(-100_000, min(distance, 100_000))

# %% wrong positions_in_32_bits from row_and_block: a step is a number of 32 bits
#-         a = distance * 10000 ** (-2 * i / emb_dim)
#+         a = np.array(distance).astype(np.int32) * 10000 ** (-2 * i / emb_dim)

# %% wrong remembered_matrix from row_and_block: the matrix is remembered, and whoever changes it changes the next one
#- def shift_matrix(distance, emb_dim):
#+ from functools import cache
#+
#+
#+ @cache
#+ def shift_matrix(distance, emb_dim):

# %% wrong three_columns_pass from row_and_block: whether emb_dim is odd is asked for more than three columns only
#-     if emb_dim % 2 != 0:
#+     if emb_dim % 2 != 0 and emb_dim != 3:

#-     omega = 10000 ** (-np.arange(0, emb_dim, 2) / emb_dim)
#+     omega = 10000 ** (-np.arange(0, emb_dim - emb_dim % 2, 2) / emb_dim)

# %% wrong oddness_of_rows from row_and_block: an odd number of columns is noticed in the first row, where there is one
#-     if emb_dim % 2 != 0:
#+     if emb_dim % 2 != 0 and n_positions:

# %% wrong distance_in_single_precision from row_and_block: the distance is a float32
#-         a = distance * 10000 ** (-2 * i / emb_dim)
#+         a = float(np.float32(distance)) * 10000 ** (-2 * i / emb_dim)
