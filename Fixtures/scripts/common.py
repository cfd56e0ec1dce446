"""What every group of fixtures shares: reproducible archives, inputs made by a formula, and golden values.

An archive made here is the same, byte for byte, on every run and in every checkout: each one is scripted in a process
of its own (TorchScript numbers mangled type names per process), and source file names are cut down to
`torchvision/models/resnet.py`.
"""
import json
import math
import multiprocessing
import os
import pathlib
import re
import sys
import traceback
import warnings
import zipfile

os.environ["TORCHDYNAMO_DISABLE"] = "1"  # torchvision's roi_align would otherwise ask for a C++ compiler

import torch
import torch._sources
import torch.jit.frontend

FIXTURES = pathlib.Path(__file__).resolve().parent.parent

warnings.filterwarnings("ignore")


def _short(filename):
    """The part of a path that means something on another machine."""
    if filename is None:
        return None
    for marker in ("/site-packages/", "/dist-packages/"):
        if marker in filename:
            return filename.rsplit(marker, 1)[1]
    here = str(FIXTURES / "scripts") + os.sep
    return filename[len(here):] if filename.startswith(here) else os.path.basename(filename)


_long_source = torch._sources.get_source_lines_and_file


def _short_source(obj, error_msg=None):
    lines, number, filename = _long_source(obj, error_msg)
    return lines, number, _short(filename)


torch._sources.get_source_lines_and_file = _short_source
torch.jit.frontend.get_source_lines_and_file = _short_source


def formula(shape, dtype=torch.float32, shift=0):
    """The input of every golden: x[i] = ((i + shift) * 7919 mod 1009) / 1009 - 0.5 in double precision, rounded to
    `dtype`, over the flat index. Integer types take ((i + shift) * 7919 mod 1009) mod 7, bool takes that mod 2, and
    complex types pair the real formula with its negative as imaginary part."""
    numbers = (torch.arange(math.prod(shape), dtype=torch.int64) + shift) * 7919 % 1009
    if dtype is torch.bool:
        return (numbers % 2 == 1).reshape(shape)
    if not (dtype.is_floating_point or dtype.is_complex):
        return (numbers % 7).to(dtype).reshape(shape)
    reals = numbers.to(torch.float64) / 1009 - 0.5
    if dtype.is_complex:
        return torch.complex(reals, -reals).to(dtype).reshape(shape)
    return reals.to(dtype).reshape(shape)


def number(x):
    """JSON has no infinities: they are written as strings."""
    return x if math.isfinite(x) else str(x)


def statistics(tensor, samples=16):
    """Shape, type, double-precision statistics, and values at the flat indices k * numel // samples."""
    flat = tensor.detach().reshape(-1).to(torch.float64)
    count = flat.numel()
    picks = [k * count // samples for k in range(samples)]
    return {
        "shape": list(tensor.shape),
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "min": number(flat.min().item()),
        "max": number(flat.max().item()),
        "mean": number(flat.mean().item()),
        "abs_sum": number(flat.abs().sum().item()),
        "samples": [number(flat[i].item()) for i in picks],
    }


def statistics_tree(value):
    """`statistics` for every tensor of a nested value; lists stay lists, tuples become lists, dictionaries objects."""
    if isinstance(value, torch.Tensor):
        return statistics(value)
    if isinstance(value, dict):
        return {str(key): statistics_tree(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [statistics_tree(item) for item in value]
    return value


def clone_tree(value):
    """A copy that later in-place operations cannot reach."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: clone_tree(item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(clone_tree(item) for item in value))
    if isinstance(value, (list, tuple)):
        return type(value)(clone_tree(item) for item in value)
    return value


def write_json(path, value, indent=1):
    """Writes JSON with arrays of plain values on one line."""
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    text = re.sub(r"\[\s*([^][{}\"]*?)\s*\]", lambda m: "[" + re.sub(r",\s+", ", ", m.group(1)) + "]", text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def write_lines(path, value, depth):
    """Writes JSON with a line for each entry of the outer `depth` levels; arrays of plain values take one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_lines(value, depth, "") + "\n", encoding="utf-8")


def _lines(value, depth, indent):
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if depth == 0 or not entries or isinstance(value, list) and not any(isinstance(e, (dict, list)) for e in entries):
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    inner = indent + " "
    if isinstance(value, dict):
        entries = [f"{json.dumps(k, ensure_ascii=False)}: {_lines(v, depth - 1, inner)}" for k, v in value.items()]
    else:
        entries = [_lines(v, depth - 1, inner) for v in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(entries) + f"\n{indent}{closing}"


def in_processes(function, names, workers=1):
    """Runs `function(name)` for each name in a fresh process and yields (name, result). A failure is reported and yields
    None, so that one broken model does not hide the others."""
    context = multiprocessing.get_context("fork")
    with context.Pool(workers, maxtasksperchild=1) as pool:
        for name, result, error in pool.imap(_guarded, [(function, name) for name in names], chunksize=1):
            if error:
                print(f"{name}: {error}", file=sys.stderr, flush=True)
            yield name, result


def _guarded(job):
    function, name = job
    try:
        return name, function(name), None
    except Exception:
        return name, None, traceback.format_exc(limit=-6)


def machine_paths(path):
    """The paths of this machine that an archive's records still mention; code and debug records are compressed."""
    with zipfile.ZipFile(path) as archive:
        data = b"\n".join(archive.read(name) for name in archive.namelist() if "/data/" not in name)
    return sorted({m.group().decode() for m in re.finditer(rb"/(?:root|work|home|tmp|usr|opt|var)/[\w./-]*", data)})
