"""Files that are no archives, or broken ones."""
import io
import pathlib
import pickle
import zipfile

import torch
from torch import nn

from common import FIXTURES, in_processes


class KeywordName(nn.Module):
    """TorchScript saves this with `self.layers.class`, which it then cannot parse."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({"class": nn.Linear(2, 2)})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers.values():
            x = layer(x)
        return x


class NonASCIIName(nn.Module):
    """TorchScript saves this with an octal escape that it then cannot read."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({"größe": nn.Linear(2, 2)})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers.values():
            x = layer(x)
        return x


def archive(module):
    torch.manual_seed(0)
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module), buffer)
    return buffer.getvalue()


def rewritten(data, change):
    """An archive with some of its records changed; `change(name, bytes)` returns new bytes, or None to leave one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for info in source.infolist():
            if (content := change(info.filename, source.read(info))) is not None:
                target.writestr(zipfile.ZipInfo(info.filename), content)
    return out.getvalue()


def plain_zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(zipfile.ZipInfo("hello.txt"), "no model here\n")
    return out.getvalue()


def saved(value, **options):
    out = io.BytesIO()
    torch.save(value, out, **options)
    return out.getvalue()


def linear():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 4), nn.ReLU())


def without_forward(name, content):
    return content.replace(b"def forward(", b"def backwards(") if name.endswith("container.py") else content


FILES = {
    "empty.pt": lambda: b"",
    "text.pt": lambda: b"This is not a model.\n",
    "zip_without_code.pt": plain_zip,
    "truncated.pt": lambda: (data := archive(linear()))[: len(data) // 2],
    "pickle_not_archive.pt": lambda: saved({"epoch": 3, "classes": ["cat", "dog"]}, _use_new_zipfile_serialization=False),
    "plain_pickle.pt": lambda: pickle.dumps({"weight": [1.0, 2.0]}, protocol=2),
    "state_dict.pt": lambda: saved(linear().state_dict()),
    "whole_module.pt": lambda: saved(linear()),
    "bad_code.pt": lambda: rewritten(
        archive(linear()), lambda n, c: c.replace(b"def forward", b"def def forward") if n.endswith("linear.py") else c
    ),
    "missing_code.pt": lambda: rewritten(archive(linear()), lambda n, c: None if n.endswith(("linear.py", "linear.py.debug_pkl")) else c),
    "missing_weights.pt": lambda: rewritten(archive(linear()), lambda n, c: None if n.endswith("data/0") else c),
    "short_weights.pt": lambda: rewritten(archive(linear()), lambda n, c: c[:8] if n.endswith("data/0") else c),
    "bad_data.pt": lambda: rewritten(archive(linear()), lambda n, c: c[: len(c) // 2] if n.endswith("data.pkl") else c),
    "unknown_operator.pt": lambda: rewritten(
        archive(linear()), lambda n, c: c.replace(b"torch.linear(", b"torch.linoleum(") if n.endswith("linear.py") else c
    ),
    "future_version.pt": lambda: rewritten(archive(linear()), lambda n, c: b"9999\n" if n.endswith("/version") else c),
    "without_forward.pt": lambda: rewritten(archive(linear()), without_forward),
    "keyword_name.pt": lambda: archive(KeywordName()),
    "non_ascii_name.pt": lambda: archive(NonASCIIName()),
}


def build(name):
    torch.manual_seed(0)
    path = FIXTURES / "bad" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(FILES[name]())
    try:
        module = torch.jit.load(str(path))
    except Exception as error:  # noqa: BLE001
        lines = [l for l in str(error).splitlines() if l.strip()] or [""]
        return f"{type(error).__name__}: {lines[0]}"
    return "loads; has methods " + ", ".join(module._c._method_names())


def make(names=None):
    for name, result in in_processes(build, names or list(FILES)):
        print(f"bad/{name}: {pathlib.Path(FIXTURES / 'bad' / name).stat().st_size} bytes: {result}")
