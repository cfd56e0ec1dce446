"""Weights by a formula of their keys: a golden value then needs no weights in the repository, and a model in any
language can be given the same ones.

    h    = FNV-1a, 64 bits, of the key in UTF-8
    u(i) = (splitmix64's finaliser of h + (i + 1) * 0x9E3779B97F4A7C15, shifted right by 40) / 2^24 - 0.5

for the flat index i, in arithmetic modulo 2^64. What an entry holds follows from its key and rank; see `values`.
"""
import math

import numpy
import torch

CHUNK = 1 << 18  # flat elements at a time: they stay in the cache


def key_hash(key):
    h = 14695981039346656037
    for byte in key.encode():
        h = (h ^ byte) * 1099511628211 % 2**64
    return h


def uniform(key, start, stop):
    """u(start) ..< u(stop), exact in double precision, from -0.5 up to but not including 0.5."""
    z = numpy.arange(start + 1, stop + 1, dtype=numpy.uint64)
    z *= numpy.uint64(0x9E3779B97F4A7C15)
    z += numpy.uint64(key_hash(key))
    z ^= z >> numpy.uint64(30)
    z *= numpy.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> numpy.uint64(27)
    z *= numpy.uint64(0x94D049BB133111EB)
    z ^= z >> numpy.uint64(31)
    return (z >> numpy.uint64(40)).astype(numpy.float64) / 2**24 - 0.5


def offset_and_scale(key, shape, gain=1.0):
    """An entry is `offset + scale * u`."""
    last = key.rsplit(".", 1)[-1]
    if last == "num_batches_tracked":
        return 3.0, 0.0
    if last == "running_mean":
        return 0.0, 0.1
    if last == "running_var":
        return 1.0, 0.5
    if len(shape) >= 2:
        return 0.0, gain * math.sqrt(12 / (math.prod(shape) / shape[0]))
    if len(shape) == 1 and last.endswith("weight"):
        return 1.0, 0.2
    return 0.0, 0.1


def values(key, shape, dtype=torch.float32, gain=1.0):
    """The entry of a state dict with this key: computed in double precision, rounded once. `gain` multiplies the scale
    of entries of rank 2 and more alone."""
    offset, scale = offset_and_scale(key, shape, gain)
    count = math.prod(shape)
    flat = torch.empty(count, dtype=dtype)
    for start in range(0, count, CHUNK):
        stop = min(start + CHUNK, count)
        flat[start:stop] = torch.from_numpy(offset + uniform(key, start, stop) * scale)
    return flat.reshape(shape)


# Buffers that follow from a model's options.
TABLES = ("relative_position_index", "relative_coords_table")


def load(model, gain=1.0):
    """Fills the whole state dict of a model, parameters and buffers, but for tables of positions."""
    state = model.state_dict()  # with the versions of modules, which some need
    for key, t in state.items():
        if not key.endswith(TABLES):
            state[key] = values(key, tuple(t.shape), t.dtype, gain)
    model.load_state_dict(state, strict=True)
    return model
