"""Archives as old versions of PyTorch wrote them: the version record says 2, 3 or 8, and operators whose meaning has
changed since mean what they meant then. Goldens are what `torch.jit.load` makes of them.

The same form as the constructs.
"""
import zipfile
from typing import Tuple

import torch
from torch import Tensor, nn

from common import FIXTURES
from constructs import Case, Construct, I, call, encode, make_in


class Divide(nn.Module):
    """Whole numbers are divided without a remainder; a child does so too."""

    def __init__(self):
        super().__init__()
        self.halve = Half()

    def forward(self, x: Tensor, y: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        z = x / (y + 1)
        w = self.halve(z)
        return z, w, x / 2.5


class Half(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x / 2
        y /= 3
        return y


class Divides(nn.Module):
    """With layers around, and a number before the division."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        y = self.a(x) / x.size(0)
        y = 2.0 / (y.abs() + 1)
        return self.b(y / y.max())


class Creates(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.full([2, 4], 1) * torch.linspace(0.0, 1.0, 4) + torch.logspace(0.0, 1.0, 4)


class Choice(nn.Module):
    """A division within a block that data chooses."""

    def forward(self, x: Tensor) -> Tensor:
        if bool(x.sum() > 0):
            y = x / 2
        else:
            y = x + 1
        return y / 4


class Gelu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.gelu(x).relu()


INTEGERS = I(2, 4, dtype=torch.int64)

CONSTRUCTS = {
    "divide_2": (2, Construct(Divide, Case(I(2, 4), I(2, 4, shift=9)), Case(INTEGERS, I(2, 4, dtype=torch.int64, shift=3)))),
    "divide_3": (3, Construct(Divide, Case(I(2, 4), I(2, 4, shift=9)), Case(INTEGERS, I(2, 4, dtype=torch.int64, shift=3)), Case(INTEGERS, I(2, 4)))),
    "divides_3": (3, Construct(Divides, Case(I(2, 4)), Case(I(3, 4)))),
    "creates_3": (3, Construct(Creates, Case(I(2, 4)))),
    "choice_3": (3, Construct(Choice, Case(I(2, 4)), Case(I(2, 4, shift=101)), Case(INTEGERS))),
    "gelu_8": (8, Construct(Gelu, Case(I(2, 4)))),
}


def age(path, version):
    """Says of an archive that an old version wrote it."""
    with zipfile.ZipFile(path) as archive:
        records = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for info, data in records:
            if info.filename.endswith("/version"):
                data = f"{version}\n".encode()
            if info.filename.endswith(".py"):
                data = data.replace(b', approximate="none"', b"")
            if not info.filename.endswith("/serialization_id"):
                archive.writestr(info, data)


def build(name):
    version, construct = CONSTRUCTS[name]
    torch.manual_seed(1)
    scripted = torch.jit.script(construct.make())
    path = FIXTURES / "old" / f"{name}.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    scripted.save(str(path))
    age(path, version)
    golden = {"archive": path.name, "type": scripted.original_name, "cases": []}
    for case in construct.cases:
        entry = {"method": case.method, "inputs": [encode(i) for i in case.inputs]}
        for mode in ("train", "eval"):
            loaded = torch.jit.load(str(path))
            entry[mode] = call(loaded.train(mode == "train"), case, hooks=False)
        golden["cases"].append(entry)
    return golden, path.stat().st_size


def make(names=None):
    make_in("old", build, list(CONSTRUCTS), names)
