"""Answers to ex1_header of 11_pretrained_weights, right and wrong; how to read and write them: grading/answers.py."""


# %% correct struct: struct for the length, the checks in one loop over the tensors in the order of their bytes
import struct


def read_header(data):
    try:
        (length,) = struct.unpack("<Q", data[:8])
    except struct.error:
        raise ValueError("the length of the header is missing")
    body = data[8 : 8 + length]
    if len(body) < length:
        raise ValueError(f"only {len(body)} of {length} bytes of the header are there")
    try:
        entries = json.loads(str(body, "utf-8"))
        assert isinstance(entries, dict)
    except (UnicodeDecodeError, json.JSONDecodeError, AssertionError) as error:
        raise ValueError("not a JSON object") from error
    entries.pop("__metadata__", None)
    at = 0
    for name in sorted(entries, key=lambda n: entries[n]["data_offsets"]):
        first, last = entries[name]["data_offsets"]
        kind = entries[name]["dtype"]
        if kind not in BYTES:
            raise ValueError(f"{name!r}: {kind!r} is no format")
        wanted = BYTES[kind]
        for n in entries[name]["shape"]:
            wanted *= n
        if last - first != wanted:
            raise ValueError(f"{name!r} needs {wanted} bytes")
        if first != at:
            raise ValueError(f"{name!r} should begin at {at}")
        at = last
    if at + 8 + length != len(data):
        raise ValueError("the end of the tensors is not the end of the file")
    shift = 8 + length
    return {
        name: (e["dtype"], list(e["shape"]), e["data_offsets"][0] + shift, e["data_offsets"][1] + shift)
        for name, e in entries.items()
    }


# %% correct numpy: NumPy for length and products, one pass for each check
def read_header(data):
    head = np.frombuffer(data, dtype="<u8", count=1) if len(data) >= 8 else []
    if len(head) == 0 or int(head[0]) > len(data) - 8:
        raise ValueError("the file is shorter than its header")
    begin = 8 + int(head[0])
    try:
        entries = json.loads(bytes(data[8:begin]).decode())
    except ValueError as error:
        raise ValueError("this is not JSON") from error
    if type(entries) is not dict:
        raise ValueError("this JSON is not a dict")
    result = {}
    for name in entries:
        if name != "__metadata__":
            e = entries[name]
            start, stop = (begin + offset for offset in e["data_offsets"])
            result[name] = (e["dtype"], e["shape"], start, stop)
    for name, (kind, shape, start, stop) in result.items():
        if kind not in BYTES or stop - start != int(np.prod(shape, dtype=np.int64)) * BYTES[kind]:
            raise ValueError(f"{name} does not fit its format")
    places = sorted((start, stop, name) for name, (_, _, start, stop) in result.items())
    for (_, before, _), (start, _, name) in zip([(0, begin, "")] + places, places):
        if start != before:
            raise ValueError(f"{name} begins in the wrong place")
    if (places[-1][1] if places else begin) != len(data):
        raise ValueError("wrong end")
    return result


# %% wrong header_offsets from reference: places count from the end of the header
#-         found[name] = (dtype, shape, begin + first, begin + last)
#+         found[name] = (dtype, shape, first, last)

#-     expected = begin
#+     expected = 0

#-     if expected != len(data):
#+     if begin + expected != len(data):


# %% wrong length_forgotten from reference: the 8 bytes of the length are not counted
#-     begin = 8 + length
#-     if begin > len(data):
#+     begin = length
#+     if begin + 8 > len(data):

#-         header = json.loads(data[8:begin].decode("utf-8"))
#+         header = json.loads(data[8 : 8 + begin].decode("utf-8"))

#-     if expected != len(data):
#+     if expected + 8 != len(data):


# %% wrong metadata_kept from reference: the metadata are taken for a tensor
#-         if name == "__metadata__":
#-             continue
#+         if name == "__metadata__" and not entry:
#+             continue


# %% wrong sorted_names from reference: the result has the order of the bytes
#-     return found
#+     return dict(sorted(found.items(), key=lambda item: item[1][2:]))


# %% wrong header_order from reference: the entries are taken to be in the order of the bytes
#-     for name, (_, _, start, stop) in sorted(found.items(), key=lambda item: item[1][2:]):
#+     for name, (_, _, start, stop) in found.items():


# %% wrong sorted_by_begin from reference: an empty tensor that begins with another one comes after it
#-     for name, (_, _, start, stop) in sorted(found.items(), key=lambda item: item[1][2:]):
#+     for name, (_, _, start, stop) in sorted(found.items(), key=lambda item: (item[1][2], -item[1][3])):


# %% wrong big_endian from reference: the highest byte first
#-     length = int.from_bytes(data[:8], "little")
#+     length = int.from_bytes(data[:8], "big")


# %% wrong one_byte_length from reference: only headers of less than 256 bytes
#-     length = int.from_bytes(data[:8], "little")
#+     length = data[0]


# %% wrong no_end from reference: what follows the last tensor is not looked at
#-     if expected != len(data):
#+     if expected > len(data):


# %% wrong cut_not_noticed from reference: a file that is cut in its last tensor passes
#-     if expected != len(data):
#+     if expected < len(data):


# %% wrong no_gaps from reference: gaps are not noticed
#-         if start != expected:
#+         if start < expected:


# %% wrong no_overlaps from reference: overlaps are not noticed
#-         if start != expected:
#+         if start > expected:


# %% wrong no_size from reference: shape and format are not compared with the number of bytes
#-         if last - first != BYTES[dtype] * math.prod(shape):
#+         if last - first < 0:


# %% wrong large_enough from reference: too many bytes for a shape pass
#-         if last - first != BYTES[dtype] * math.prod(shape):
#+         if last - first < BYTES[dtype] * math.prod(shape):


# %% wrong scalar from reference: a number is taken to have no bytes
#-         if last - first != BYTES[dtype] * math.prod(shape):
#+         if last - first != BYTES[dtype] * (math.prod(shape) if shape else 0):


# %% wrong key_error from reference: an unknown format is a KeyError
#-         if dtype not in BYTES:
#-             raise ValueError(f"{name} has an unknown format, {dtype}")


# %% wrong json_error from reference: the error of the JSON library comes through
#-         raise ValueError("the header is not JSON in UTF-8") from None
#+         raise


# %% wrong list_header from reference: a list in JSON is not refused clearly
#-     if not isinstance(header, dict):
#-         raise ValueError("the header is JSON, but not an object")


# %% wrong cut_header from reference: a header that is cut short is only noticed as bad JSON
#-     if begin > len(data):
#-         raise ValueError(f"cut short: the header alone has {length} bytes")

#-         raise ValueError("the header is not JSON in UTF-8") from None
#+         raise ValueError("this is not JSON in UTF-8") from None


# %% wrong latin from reference: names are read as Latin-1
#-         header = json.loads(data[8:begin].decode("utf-8"))
#+         header = json.loads(data[8:begin].decode("latin-1"))


# %% wrong no_name from reference: the message does not name the tensor
#-             raise ValueError(f"{name} begins at {start}, expected {expected}")
#+             raise ValueError(f"a tensor begins at {start}, expected {expected}")


# %% wrong tuple_shape from reference: the shape is a tuple
#-         found[name] = (dtype, shape, begin + first, begin + last)
#+         found[name] = (dtype, tuple(shape), begin + first, begin + last)
