"""Makes the tensor files beside this script again: what Python's own libraries write, and truth for the tests.

Needs numpy, safetensors and torch. Run it anywhere; it writes into its own folder. The contents follow one rule, which
the tests know too: element i of an array (row-major) is i, modulo 2 for bool, and i - i·1j for complex numbers.
"""

import pathlib
import struct

import numpy as np
import safetensors.numpy
import safetensors.torch
import torch

HERE = pathlib.Path(__file__).resolve().parent


def counted(dtype, *shape):
    count = int(np.prod(shape, dtype=np.int64))
    values = np.arange(count)
    if dtype == "bool":
        values = values % 2
    elif dtype.startswith("complex"):
        values = values - 1j * values
    return values.astype(dtype).reshape(shape)


NUMPY_TYPES = [
    "float32", "float64", "float16", "int8", "uint8", "int16", "int32", "int64", "bool", "complex64", "uint16",
    "uint32", "uint64",
]


def save_safetensors():
    # Names in an order that is neither that of the types nor the alphabet's.
    arrays = {f"{name[::-1]}.weight": counted(name, 2, 3) for name in NUMPY_TYPES}
    arrays["scalar"] = counted("float32")
    arrays["empty"] = counted("float32", 0, 3)
    arrays["a name with spaces, \"quotes\" and \\"] = counted("int64", 2)
    arrays["größe/λ 木 🌳\n\x01"] = counted("uint8", 5)
    arrays["e\u0301"] = counted("int16", 1)
    arrays["\u00e9"] = counted("int16", 2)
    metadata = {"made \"by\"": "größe\t\x1f\x7f/ 🌳"}
    safetensors.numpy.save_file(arrays, HERE / "numpy.safetensors", metadata=metadata)
    safetensors.numpy.save_file({}, HERE / "nothing.safetensors")
    safetensors.numpy.save_file({"x": counted("float32", 2)}, HERE / "tiny.safetensors")
    tensors = {
        "bf16": torch.arange(6).reshape(2, 3).to(torch.bfloat16),
        "e4m3": torch.arange(6).reshape(2, 3).to(torch.float8_e4m3fn),
        "e5m2": torch.arange(6).reshape(2, 3).to(torch.float8_e5m2),
        "f32": torch.arange(6).reshape(2, 3).to(torch.float32),
        "c64": torch.from_numpy(counted("complex64", 2, 3)),
        "u16": torch.from_numpy(counted("uint16", 2, 3)),
    }
    safetensors.torch.save_file(tensors, HERE / "torch.safetensors", metadata={"format": "pt"})


def save_values():
    """Bit patterns, and what torch takes them for."""
    bytes_ = torch.arange(256).to(torch.uint8)
    halves = (torch.arange(2048) * 32 + 7).to(torch.int32).to(torch.uint16)
    tensors = {}
    for name, bits, dtype in [
        ("float8_e4m3fn", bytes_, torch.float8_e4m3fn),
        ("float8_e5m2", bytes_, torch.float8_e5m2),
        ("float16", halves, torch.float16),
        ("bfloat16", halves, torch.bfloat16),
    ]:
        tensors[name] = bits.clone().view(dtype)
        tensors[name + ".as_float32"] = bits.view(dtype).to(torch.float32)
    safetensors.torch.save_file(tensors, HERE / "values.safetensors")


def save_npy():
    for name in NUMPY_TYPES + ["complex128"]:
        np.save(HERE / f"{name}.npy", counted(name, 2, 3))
    table = (np.arange(600) % 7).astype("float64").reshape(20, 30)
    np.savez(HERE / "stored.npz", x=table, y=np.int16([1, 2]))
    np.savez_compressed(HERE / "compressed.npz", x=table, y=np.int16([1, 2]))
    np.save(HERE / "scalar.npy", counted("float32"))
    np.save(HERE / "vector.npy", counted("float32", 5))
    np.save(HERE / "empty.npy", counted("float32", 2, 0, 3))
    np.save(HERE / "deep.npy", counted("int16", *[1] * 60, 2))
    for name in ["bool", "int16", "float32", "complex64", "complex128"]:
        np.save(HERE / f"fortran_{name}.npy", np.asfortranarray(counted(name, 3, 2, 4, 2)))
    for name in ["int16", "float32", "uint64", "complex64", "complex128"]:
        array = counted(name, 2, 3)
        np.save(HERE / f"big_{name}.npy", array.astype(array.dtype.newbyteorder(">")))
    array = np.asfortranarray(counted("int32", 3, 2))
    np.save(HERE / "big_fortran_int32.npy", array.astype(array.dtype.newbyteorder(">"), order="F"))
    for version in [(2, 0), (3, 0)]:
        with open(HERE / f"version{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, counted("float32", 2, 3), version=version)
    with open(HERE / "python2.npy", "wb") as file:
        header = b"{'descr': u'<f4', 'fortran_order': False, 'shape': (2L, 3L), }"
        header += b" " * (118 - len(header) - 1) + b"\n"
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + counted("float32", 2, 3).tobytes())
    np.save(HERE / "bad_structured.npy", np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4", (2,))]))
    np.save(HERE / "bad_object.npy", np.array([None, 1], dtype=object), allow_pickle=True)
    np.save(HERE / "bad_text.npy", np.array(["one", "three"]))
    np.save(HERE / "bad_date.npy", np.zeros(2, dtype="datetime64[ns]"))
    np.save(HERE / "bad_void.npy", np.zeros(2, dtype="V2"))
    with open(HERE / "bad_two_arrays.npy", "wb") as file:
        np.save(file, counted("float32", 2))
        np.save(file, counted("float32", 3))


save_safetensors()
save_values()
save_npy()
for file in HERE.glob("*.safetensors"):
    file.chmod(0o644)
