"""State dicts as torch.save writes them, with what is in them, and files that are almost state dicts.

    python Fixtures/scripts/states.py FILE ...   # what torch.load(weights_only=True) finds in files, as JSON
"""
import argparse
import io
import json
import pickle
import sys
import tarfile
import zipfile
from collections import OrderedDict, defaultdict

import numpy as np
import torch
from torch import nn

from bad import archive, linear, rewritten, saved
from common import FIXTURES, formula, in_processes, write_json

DTYPES = [
    "float32", "float64", "float16", "bfloat16", "int8", "uint8", "int16", "int32", "int64", "bool", "complex64",
    "complex128", "uint16", "uint32", "uint64", "float8_e4m3fn", "float8_e5m2",
]


class Tied(nn.Module):
    """A module with two paths, a buffer that is not saved in Python, and a parameter that is None."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 2)
        self.block = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 2, bias=False))
        self.second = self.first
        self.register_buffer("scale", torch.tensor(2.0))
        self.register_buffer("hidden", torch.ones(2), persistent=False)
        self.weight = nn.Parameter(torch.ones(3))
        self.nothing = nn.Parameter(torch.ones(1))
        self.register_parameter("nothing", None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(self.block(self.first(x))) * self.scale


def typed(name):
    dtype = getattr(torch, name)
    return formula([5], torch.float32).to(dtype) if name.startswith("float8") else formula([5], dtype)


def norm():
    torch.manual_seed(0)
    return nn.Sequential(OrderedDict(conv=nn.Conv2d(1, 2, 3), norm=nn.BatchNorm2d(2)))


def shapes():
    base = formula([24])
    return {
        "scalar": torch.tensor(1.5),
        "empty": torch.empty(0),
        "empty_matrix": torch.empty(3, 0, 2, dtype=torch.int64),
        "transposed": base[:6].reshape(2, 3).t(),
        "expanded": torch.tensor([1.0, 2.0]).reshape(2, 1).expand(2, 3),
        "steps": base[1::4],
        "five": formula([1, 2, 1, 2, 3]),
        "channels_last": formula([1, 2, 3, 2]).to(memory_format=torch.channels_last),
    }


def shared():
    base = formula([12])
    return {"all": base, "half": base[6:], "matrix": base.reshape(3, 4), "tied": base, "alone": formula([2], shift=5)}


def parameters():
    noted = torch.ones(2)
    noted.note = "an attribute"
    return {
        "parameter": nn.Parameter(formula([3])),
        "frozen": nn.Parameter(formula([2, 2]), requires_grad=False),
        "tensor": formula([2]).requires_grad_(),
        "noted": noted,
    }


def conjugates():
    z = formula([3], torch.complex64)
    return {"plain": z, "conjugate": z.conj(), "negative": formula([3], torch.complex64).conj().imag}


def training(key, value):
    return {"epoch": 3, "args": argparse.Namespace(lr=0.1), "best": 0.75, "seed": 2**70, key: value, "optimizer": {"state": {}, "lr": [0.1]}}


def names():
    return {"": torch.zeros(1), "größe.重み": torch.ones(1), "a b/c\n": torch.ones(2), "e\u0301": torch.ones(3), "\u00e9": torch.ones(4)}


def checkpoint():
    """What a training script keeps: wrapped keys, an optimizer's tensors, and objects of classes."""
    model = norm()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(formula([2, 1, 4, 4])).sum().backward()
    optimizer.step()
    return {
        "epoch": 3,
        "state_dict": OrderedDict((f"module.{k}", v) for k, v in model.state_dict().items()),
        "optimizer": optimizer.state_dict(),
        "best": np.float64(0.75),
        "history": defaultdict(list, loss=[0.5]),
        "args": argparse.Namespace(lr=0.1, seeds={1, 2}),
    }


def legacy(value):
    return saved(value, _use_new_zipfile_serialization=False)


class OldPickler(pickle._Pickler):
    """Pickles as PyTorch did under Python 2: text as bytes, ordered dictionaries by their items, and storages that are parts of others."""

    dispatch = pickle._Pickler.dispatch.copy()

    def save_text(self, text):
        data = text.encode()
        self.write(pickle.SHORT_BINSTRING + bytes([len(data)]) + data)
        self.memoize(text)

    dispatch[str] = save_text

    def reducer_override(self, value):
        if type(value) is OrderedDict:
            return OrderedDict, ([[k, v] for k, v in value.items()],)
        if isinstance(value, torch.Tensor):
            args = (self.storage(value), value.storage_offset(), tuple(value.shape), value.stride(), False, OrderedDict())
            return torch._utils._rebuild_tensor_v2, args
        return NotImplemented

    def storage(self, tensor):
        return Storage(tensor)

    def persistent_id(self, value):
        if not isinstance(value, Storage):
            return None
        # The storage is the second half of one with twice as many elements.
        count = value.tensor.untyped_storage().nbytes() // value.tensor.element_size()
        return ("storage", torch.FloatStorage, value.key, "cpu", 2 * count, (f"{value.key}-view", count, count))


class Storage:
    def __init__(self, tensor):
        self.tensor, self.key = tensor, str(tensor.data_ptr() % 7919)


def old(state):
    """A file as PyTorch wrote it before 0.4."""
    out = io.BytesIO()
    for value in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}):
        pickle.dump(value, out, protocol=2)
    keys = {}
    pickler = OldPickler(out, protocol=2)
    numbers = {}

    def storage(tensor):
        made = Storage(tensor)
        made.key = numbers.setdefault(tensor.untyped_storage().data_ptr(), str(len(numbers)))
        keys[made.key] = tensor
        return made

    pickler.storage = storage
    pickler.dump(state)
    pickle.dump(sorted(keys), out, protocol=2)
    for key in sorted(keys):
        data = bytes(torch.empty(0).set_(keys[key].untyped_storage()).view(torch.uint8).tolist())
        out.write((2 * len(data) // 4).to_bytes(8, "little") + b"\xff" * len(data) + data)
    return out.getvalue()


def old_state():
    base = formula([12])
    return OrderedDict([("first.weight", base), ("first.part", base[6:].reshape(2, 3).t()), ("second.bias", formula([2], shift=5))])


def tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("sys_info", "pickle", "tensors", "storages"):
            archive.addfile(tarfile.TarInfo(name))
    return out.getvalue()[:2048]


def deflated(data):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            target.writestr(zipfile.ZipInfo(info.filename), source.read(info), zipfile.ZIP_DEFLATED)
    return out.getvalue()


GOOD = {
    "module.pth": lambda: saved(norm().state_dict()),
    "dict.pth": lambda: saved({"b": formula([2]), "a": formula([3])}),
    "nothing.pth": lambda: saved({}),
    "types.pth": lambda: saved({name: typed(name) for name in DTYPES}),
    "shapes.pth": lambda: saved(shapes()),
    "shared.pth": lambda: saved(shared()),
    "parameters.pth": lambda: saved(parameters()),
    "conjugates.pth": lambda: saved(conjugates()),
    "names.pth": lambda: saved(names()),
    "many.pth": lambda: saved({f"layer.{i}": formula([1], shift=i) for i in range(40)}),
    "protocol_4.pth": lambda: saved(norm().state_dict(), pickle_protocol=4),
    "deflated.pth": lambda: deflated(saved(norm().state_dict())),
    "wrapped_state_dict.pth": lambda: saved(training("state_dict", norm().state_dict())),
    "wrapped_model.pth": lambda: saved(training("model", norm().state_dict())),
    "wrapped_model_state_dict.pth": lambda: saved(training("model_state_dict", dict(norm().state_dict()))),
    "script.pt": lambda: archive(Tied()),
    "checkpoint.pth": lambda: saved(checkpoint()),
    "legacy_checkpoint.pth": lambda: legacy(checkpoint()),
    "legacy_types.pth": lambda: legacy({name: typed(name) for name in DTYPES if not name.startswith(("uint16", "uint32", "uint64", "float8"))}),
    "legacy_shapes.pth": lambda: legacy(shapes()),
    "legacy_shared.pth": lambda: legacy(shared()),
    "legacy_python2.pth": lambda: old(old_state()),
    "number.pth": lambda: saved({"weight": torch.ones(2), "epoch": 3}),
    "none.pth": lambda: saved({"weight": torch.ones(2), "bias": None}),
}


def changed(name, change, value):
    return lambda: rewritten(saved(value), lambda n, c: change(c) if n.endswith(name) else c)


BAD = {
    "number_key.pth": lambda: saved({0: torch.ones(2)}),
    "list.pth": lambda: saved([torch.ones(2)]),
    "tensor.pth": lambda: saved(torch.ones(2)),
    "two_dicts.pth": lambda: saved({"model": {"a": torch.ones(1)}, "state_dict": {"a": torch.ones(1)}}),
    "wrapped_module.pth": lambda: saved({"model": linear(), "epoch": 3}),
    "sparse.pth": lambda: saved({"weight": torch.eye(2).to_sparse()}),
    "quantised.pth": lambda: saved({"weight": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}),
    "bits.pth": lambda: saved({"weight": torch.zeros(2, dtype=torch.uint8).view(torch.float8_e8m0fnu)}),
    "duplicate.pth": changed("data.pkl", lambda c: c.replace(b"second", b"first_"), {"first_": torch.ones(1), "second": torch.ones(1)}),
    "big_endian.pth": changed("byteorder", lambda c: b"big", {"weight": torch.ones(1)}),
    "short_record.pth": changed("data/0", lambda c: c[:8], {"weight": torch.ones(4)}),
    "missing_record.pth": changed("data/0", lambda c: None, {"weight": torch.ones(4)}),
    "beyond.pth": changed("data.pkl", lambda c: c.replace(b"QK\x00K\x02\x85", b"QK\x00K\x03\x85"), {"weight": torch.ones(2)}),
    "tar.pth": tar,
    "half_pickle.pth": changed("data.pkl", lambda c: c[: len(c) // 2], {"weight": torch.ones(2)}),
}


def describe(key, tensor):
    """The type, the shape, the row-major bytes in hexadecimal and the key, in one line."""
    plain = tensor.detach().resolve_conj().resolve_neg().contiguous()
    data = bytes(plain.view(-1).view(torch.uint8).tolist()).hex() if plain.numel() else "-"
    return f"{str(tensor.dtype).removeprefix('torch.')} {list(tensor.shape)} {data} {key}"


def contents(path):
    """What Python finds in a file, in order."""
    if path.suffix == ".pt":
        loaded = torch.jit.load(str(path)).state_dict()
    else:
        loaded = torch.load(path, weights_only=False)
        loaded = next((loaded[key] for key in ("state_dict", "model", "model_state_dict") if key in loaded), loaded)
    return [describe(key, tensor) for key, tensor in loaded.items() if torch.is_tensor(tensor)]


def build(name):
    torch.manual_seed(0)
    path = FIXTURES / "states" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((GOOD.get(name) or BAD[name])())
    return contents(path) if name in GOOD else None


def make(files=None):
    results = dict(in_processes(build, files or [*GOOD, *BAD]))
    for name in results:
        print(f"states/{name}: {(FIXTURES / 'states' / name).stat().st_size} bytes")
    if not files:
        write_json(FIXTURES / "states" / "goldens.json", {name: results[name] for name in GOOD})


def lines(path, **options):
    return [describe(key, tensor) for key, tensor in torch.load(path, weights_only=True, **options).items()]


if __name__ == "__main__":
    found = [lines(path) for path in sys.argv[1:]]
    assert found == [lines(path, mmap=True) for path in sys.argv[1:]], "mapped files differ"
    print(json.dumps(found))
