"""Answers to ex5_backwards of 02_batches, right and wrong; how to read and write them: grading/answers.py."""


# %% correct concatenated: one array for each window, concatenated; readings goes through the batches with order_at
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)

    def one(number):
        while True:
            left, right = divmod(number, side)
            for k in (7, 6, 5, 4, 3, 2, 1, 0):
                left, right = (right - tables[k, left]) % side, left
            number = left * side + right
            if number < n:
                return [number]

    return np.concatenate([np.zeros(0, dtype=int), *(one(window) for window in windows)])


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = (n_tokens - context_length - 1) // stride + 1
    found = []
    for epoch in range(n_epochs):
        for batch in range(n // batch_size):
            for w in order_at(np.arange(batch * batch_size, (batch + 1) * batch_size), n, seed, epoch):
                if w * stride < token <= w * stride + context_length:
                    found.append((epoch, batch))
    return found


# %% correct each_alone: each window walks alone, with rows of plain numbers; the training is replayed
def position_of(windows, n, seed, epoch):
    positions = []
    for window in windows:
        number = int(window)
        side, tables = tables_for(n, seed, epoch)
        rounds = [list(map(int, table)) for table in tables]
        while True:
            left, right = divmod(number, side)
            for table in reversed(rounds):
                left, right = (right - table[left]) % side, left
            number = left * side + right
            if number < n:
                break
        positions.append(number)
    return np.array(positions, dtype=int)


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = (n_tokens - context_length - 1) // stride + 1
    found = []
    for epoch in range(n_epochs):
        order = order_at(np.arange(n), n, seed, epoch)
        for batch in range(n // batch_size):
            for window in order[batch * batch_size : (batch + 1) * batch_size]:
                if window * stride < token <= window * stride + context_length:
                    found.append((epoch, batch))
    return found


# %% correct masks: masks and np.where, the walk for all windows at once until none is outside
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)

    def step(numbers):
        left, right = numbers // side, numbers % side
        for k in range(len(tables) - 1, -1, -1):
            left, right = np.mod(right - tables[k][left], side), left
        return side * left + right

    positions = step(np.asarray(windows))
    while np.any(positions >= n):
        positions = np.where(positions >= n, step(positions), positions)
    return positions


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = (n_tokens - context_length - 1) // stride + 1
    windows = np.array([w for w in range(n) if token in range(w * stride + 1, w * stride + context_length + 1)], dtype=int)
    found = []
    for epoch in range(n_epochs):
        batches = position_of(windows, n, seed, epoch) // batch_size
        found += sorted((epoch, b) for b in batches.tolist() if b < n // batch_size)
    return found


# %% correct plain_numbers: one window at a time in plain whole numbers; windows are found by trying those nearby
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)
    rounds = tables.tolist()[::-1]

    def back(number):
        left, right = number // side, number % side
        for table in rounds:
            left, right = (right - table[left]) % side, left
        number = left * side + right
        return number if number < n else back(number)

    return np.array([back(int(window)) for window in windows], dtype=int)


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = len(range(0, n_tokens - context_length, stride))
    windows = [w for w in range(n) if w * stride < token <= w * stride + context_length]
    pairs = []
    for epoch in range(n_epochs):
        for position in position_of(windows, n, seed, epoch):
            batch = int(position) // batch_size
            if (batch + 1) * batch_size <= n:
                pairs.append((epoch, batch))
    return sorted(pairs)


# %% correct swapped_digits: mix itself runs backwards, with the digits swapped, the tables negative and in reverse; windows are tried one by one
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)

    def swap(numbers):
        return numbers % side * side + numbers // side

    positions = swap(mix(swap(windows), side, -tables[::-1]))
    while (outside := positions >= n).any():
        positions[outside] = swap(mix(swap(positions[outside]), side, -tables[::-1]))
    return positions


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = len(range(0, n_tokens - context_length, stride))
    found = []
    for epoch in range(n_epochs):
        batches = []
        for window in range(n):
            if 1 <= token - window * stride <= context_length:
                batches.append(int(position_of(np.array([window]), n, seed, epoch)[0]) // batch_size)
        found += [[epoch, batch] for batch in sorted(batches) if batch < n // batch_size]
    return found


# %% correct vectorize: np.vectorize over the windows; every window of the corpus is asked
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)

    def walk(number):
        while True:
            left, right = divmod(number, side)
            for table in tables[::-1]:
                left, right = (right - table[left]) % side, left
            number = left * side + right
            if number < n:
                return number

    return np.vectorize(walk, otypes=[int])(windows)


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n = (n_tokens - context_length - 1) // stride + 1
    asking = [w for w in range(n) if w * stride < token <= w * stride + context_length]
    found = []
    for epoch in range(n_epochs):
        positions = sorted(int(position_of(np.array([w]), n, seed, epoch)[0]) for w in asking)
        found += [(epoch, p // batch_size) for p in positions if p // batch_size < n // batch_size]
    return found


# %% correct all_at_once: all numbers go back together until each is one that occurs
def position_of(windows, n, seed, epoch):
    side, tables = tables_for(n, seed, epoch)
    numbers = np.array(windows)
    undone = np.zeros(len(numbers), dtype=bool)
    while not undone.all():
        left, right = np.divmod(numbers[~undone], side)
        for table in reversed(tables):
            left, right = (right - table[left]) % side, left
        numbers[~undone] = left * side + right
        undone = numbers < n
    return numbers


def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
    n_windows = (n_tokens - context_length - 1) // stride + 1
    first = max(0, math.ceil((token - context_length) / stride))
    last = min(n_windows - 1, math.floor((token - 1) / stride))
    result = []
    for epoch in range(n_epochs):
        positions = position_of(np.arange(first, last + 1), n_windows, seed, epoch)
        for position in sorted(positions.tolist()):
            if position < n_windows // batch_size * batch_size:
                result.append((epoch, position // batch_size))
    return result

# %% wrong adds_again from all_at_once: the random amounts are added again instead of subtracted
#-             left, right = (right - table[left]) % side, left
#+             left, right = (right + table[left]) % side, left

# %% wrong all_walk_on from all_at_once: as long as one position is too large all of them walk on
#-         left, right = np.divmod(numbers[~undone], side)
#+         left, right = np.divmod(numbers, side)

#-         numbers[~undone] = left * side + right
#+         numbers = left * side + right

# %% wrong as_input from all_at_once: looks for the token as an input instead of as a target
#-     first = max(0, math.ceil((token - context_length) / stride))
#-     last = min(n_windows - 1, math.floor((token - 1) / stride))
#+     first = max(0, math.ceil((token - context_length + 1) / stride))
#+     last = min(n_windows - 1, math.floor(token / stride))

# %% wrong beyond_the_last_window from all_at_once: windows are looked for that the text does not have
#-     last = min(n_windows - 1, math.floor((token - 1) / stride))
#+     last = (token - 1) // stride

# %% wrong both_ends from all_at_once: a window counts that has the token as its first input only
#-     last = min(n_windows - 1, math.floor((token - 1) / stride))
#+     last = min(n_windows - 1, math.floor(token / stride))

# %% wrong changes_the_windows from all_at_once: works in the array that it was given
#-     numbers = np.array(windows)
#+     numbers = windows

# %% wrong epoch_ignored from all_at_once: readings takes the order of epoch 0 for all epochs
#-         positions = position_of(np.arange(first, last + 1), n_windows, seed, epoch)
#+         positions = position_of(np.arange(first, last + 1), n_windows, seed, 0)

# %% wrong forwards from all_at_once: the order forwards
#-     side, tables = tables_for(n, seed, epoch)
#-     numbers = np.array(windows)
#-     undone = np.zeros(len(numbers), dtype=bool)
#-     while not undone.all():
#-         left, right = np.divmod(numbers[~undone], side)
#-         for table in reversed(tables):
#-             left, right = (right - table[left]) % side, left
#-         numbers[~undone] = left * side + right
#-         undone = numbers < n
#-     return numbers
#+     return order_at(windows, n, seed, epoch)

# %% wrong keeps_the_last_batch from all_at_once: the last batch counts although it is not full
#-             if position < n_windows // batch_size * batch_size:
#-                 result.append((epoch, position // batch_size))
#+             result.append((epoch, position // batch_size))

# %% wrong lists_all_positions from all_at_once: the list of all positions is made and looked up
#-     side, tables = tables_for(n, seed, epoch)
#-     numbers = np.array(windows)
#-     undone = np.zeros(len(numbers), dtype=bool)
#-     while not undone.all():
#-         left, right = np.divmod(numbers[~undone], side)
#-         for table in reversed(tables):
#-             left, right = (right - table[left]) % side, left
#-         numbers[~undone] = left * side + right
#-         undone = numbers < n
#-     return numbers
#+     order = order_at(np.arange(n), n, seed, epoch)
#+     positions = np.empty(n, dtype=int)
#+     positions[order] = np.arange(n)
#+     return positions[windows]

# %% wrong looks_up_the_other_digit from all_at_once: the random amount is looked up with the wrong digit
#-             left, right = (right - table[left]) % side, left
#+             left, right = (right - table[right]) % side, left

# %% wrong no_walk from all_at_once: positions that are too large are not walked on
#-     while not undone.all():
#+     if True:

# %% wrong one_window_only from all_at_once: looks at one window only, though several may ask for the token
#-         positions = position_of(np.arange(first, last + 1), n_windows, seed, epoch)
#+         positions = position_of(np.arange(first, min(first, last) + 1), n_windows, seed, epoch)

# %% wrong one_window_too_few from all_at_once: the last window is not counted
#-     n_windows = (n_tokens - context_length - 1) // stride + 1
#+     n_windows = (n_tokens - context_length - 1) // stride

# %% wrong order_of_the_text from all_at_once: within an epoch in the order of the text instead of time
#-         for position in sorted(positions.tolist()):
#+         for position in positions.tolist():

# %% wrong positions_for_batches from all_at_once: positions are returned instead of batches
#-                 result.append((epoch, position // batch_size))
#+                 result.append((epoch, position))

# %% wrong rounds_down from all_at_once: the first window that asks for the token is rounded down
#-     first = max(0, math.ceil((token - context_length) / stride))
#+     first = max(0, (token - context_length) // stride)

# %% wrong rounds_first_to_last from all_at_once: the rounds are undone in the order in which they were done
#-         for table in reversed(tables):
#+         for table in tables:

# %% wrong searches_in_parts from all_at_once: searches the whole order for the windows, a thousand positions at a time
#-     side, tables = tables_for(n, seed, epoch)
#-     numbers = np.array(windows)
#-     undone = np.zeros(len(numbers), dtype=bool)
#-     while not undone.all():
#-         left, right = np.divmod(numbers[~undone], side)
#-         for table in reversed(tables):
#-             left, right = (right - table[left]) % side, left
#-         numbers[~undone] = left * side + right
#-         undone = numbers < n
#-     return numbers
#+     positions = np.full(len(windows), -1)
#+     for start in range(0, n, 1000):
#+         part = order_at(np.arange(start, min(n, start + 1000)), n, seed, epoch)
#+         for k, window in enumerate(windows):
#+             hits = np.flatnonzero(part == window)
#+             if len(hits):
#+                 positions[k] = start + hits[0]
#+     return positions

# %% wrong walk_begins_again from all_at_once: each step of the walk begins at the window again, so that it never ends
#- def position_of(windows, n, seed, epoch):
#+ def unmix(numbers, side, tables):
#+     left, right = np.divmod(numbers, side)
#+     for table in tables[::-1]:
#+         left, right = (right - table[left]) % side, left
#+     return left * side + right
#+ def position_of(windows, n, seed, epoch):

#-     numbers = np.array(windows)
#-     undone = np.zeros(len(numbers), dtype=bool)
#-     while not undone.all():
#-         left, right = np.divmod(numbers[~undone], side)
#-         for table in reversed(tables):
#-             left, right = (right - table[left]) % side, left
#-         numbers[~undone] = left * side + right
#-         undone = numbers < n
#-     return numbers
#+     positions = unmix(windows, side, tables)
#+     while (outside := positions >= n).any():
#+         positions[outside] = unmix(windows[outside], side, tables)
#+     return positions

# %% wrong walk_ends_after_two from all_at_once: the walk back stops after two steps
#-     while not undone.all():
#+     for _ in range(2):

# %% wrong without_repeats from all_at_once: a batch that asks twice is listed once
#-     return result
#+     return sorted(set(result))

# %% wrong batches_with_fractions from all_at_once: batches are divided with /, so that they have fractions
#-                 result.append((epoch, position // batch_size))
#+                 result.append((epoch, position / batch_size))

# %% wrong batches_of_floats from all_at_once: batches are floats
#-                 result.append((epoch, position // batch_size))
#+                 result.append((epoch, float(position // batch_size)))

# %% wrong list_for_an_array from each_alone: returns a list
#-     return np.array(positions, dtype=int)
#+     return positions

# %% wrong no_windows_of_floats from each_alone: an array without a format, of floats where there are no windows
#-     return np.array(positions, dtype=int)
#+     return np.array(positions)

# %% wrong positions_of_floats from all_at_once: positions are floats
#-     return numbers
#+     return numbers * 1.0

# %% wrong repeated_windows from all_at_once: of a window that is asked for twice, the second stays where it was
#-     numbers = np.array(windows)
#-     undone = np.zeros(len(numbers), dtype=bool)
#+     numbers = np.array(windows)
#+     undone = np.array([window in windows[:i] for i, window in enumerate(windows)], dtype=bool)

# %% wrong searches_with_its_own_tables from all_at_once: searches the order, a thousand positions at a time, with tables of its own
#- def position_of(windows, n, seed, epoch):
#-     side, tables = tables_for(n, seed, epoch)
#-     numbers = np.array(windows)
#-     undone = np.zeros(len(numbers), dtype=bool)
#-     while not undone.all():
#-         left, right = np.divmod(numbers[~undone], side)
#-         for table in reversed(tables):
#-             left, right = (right - table[left]) % side, left
#-         numbers[~undone] = left * side + right
#-         undone = numbers < n
#-     return numbers
#+ def position_of(windows, n, seed, epoch):
#+     side = math.isqrt(n - 1) + 1
#+     side += side % 2
#+     tables = (np.random.PCG64([seed, epoch]).random_raw((8, side)) % side).astype(np.int64)
#+     positions = np.full(len(windows), -1)
#+     for start in range(0, n, 1000):
#+         part = mix(np.arange(start, min(n, start + 1000)), side, tables)
#+         while (outside := part >= n).any():
#+             part[outside] = mix(part[outside], side, tables)
#+         for k, window in enumerate(windows):
#+             hits = np.flatnonzero(part == window)
#+             if len(hits):
#+                 positions[k] = start + hits[0]
#+     return positions

# %% wrong yields_readings from all_at_once: readings gives its pairs out one by one instead of returning a list
#-     result = []
#+     def one_by_one(result):
#+         yield from result
#+
#+     result = []

#-     return result
#+     return one_by_one(result)

# %% wrong one_array_for_all_calls from all_at_once: positions of as many windows are written into one and the same array
#-     numbers = np.array(windows)
#+     numbers = ARRAYS.setdefault(len(windows), np.zeros(len(windows), dtype=int))
#+     numbers[:] = windows

#- def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
#+ ARRAYS = {}
#+
#+
#+ def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):

# %% wrong one_list_for_all_calls from all_at_once: the pairs are collected in a default argument, emptied at each call
#- def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
#+ def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs, result=[]):

#-     result = []
#+     result.clear()

# %% wrong eight_steps from all_at_once: the walk is given up after eight steps
#-     while not undone.all():
#+     for _ in range(8):
#+         if undone.all():
#+             break

# %% wrong tables_of_the_first_epoch from all_at_once: tables are remembered by n and seed, without the epoch
#-     side, tables = tables_for(n, seed, epoch)
#+     side, tables = TABLES.setdefault((n, seed), tables_for(n, seed, epoch))

#- def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):
#+ TABLES = {}
#+
#+
#+ def readings(token, n_tokens, context_length, stride, batch_size, seed, n_epochs):

# %% wrong sorted_as_text from all_at_once: batches are sorted as text, 10 before 2
#-         for position in sorted(positions.tolist()):
#+         for position in sorted(positions.tolist(), key=lambda p: str(p // batch_size)):
