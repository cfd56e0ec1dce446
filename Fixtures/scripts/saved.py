"""Archives whose nodes are given literals of every kind, structures, and more in one mode than in the other.

The archives and the goldens, in the form of the constructs, are made again by `make.py saved`. `saved/*.xylem` and
`saved/*.graph.json` are not: an earlier version of Xylem wrote them, and they show that its files are still read.
"""
from typing import Dict, List, NamedTuple, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from constructs import Case, Construct, I, build_in, make_in


class Literals(nn.Module):
    """Arguments of every kind: infinity, a negative zero, a complex number, a device, a string, None and truth values."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: Tensor, scale: float = 0.1, name: str = "it's") -> Tuple[Tensor, Tensor]:
        y = F.hardtanh(self.linear(x), -0.0, float("inf"))
        y = torch.nan_to_num(y * scale, nan=float("-inf"), posinf=1e-05, neginf=None)
        if name == "it's":
            y = y.sum([0, 1], keepdim=True) + y
        z = y * complex(0.5, -2.0) + torch.ones([4], dtype=torch.float64, device=torch.device("cpu"))
        y = torch.div(y, 3, rounding_mode="floor") + torch.full_like(y, -9223372036854775807)
        return y, z


class Pair(NamedTuple):
    first: Tensor
    second: Tensor


class Mixer(nn.Module):
    """A leaf that is given a tuple with names, a list and dictionaries."""

    def forward(self, pair: Pair, more: List[Tensor], named: Dict[str, Tensor], counts: Dict[int, float]) -> Dict[str, Tuple[Tensor, float]]:
        x = pair.first - pair.second
        for tensor in more:
            x = x + tensor
        return {"sum": (x * counts[2], 1.5), "named": (x * named["scale"], counts[-1])}


class Structures(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.mixer = Mixer()

    def forward(self, x: Tensor) -> Dict[str, Tuple[Tensor, float]]:
        y = self.linear(x)
        mixed = self.mixer(Pair(x, y), [y, y[:, 1:2], x], {"scale": x[0], "other": y}, {2: 0.5, -1: float("inf")})
        return {"all": (torch.cat([mixed["sum"][0], mixed["named"][0]], 1), mixed["named"][1]), "one": mixed["sum"]}


class Modes(nn.Module):
    """A region, and a head that train mode alone has."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(4)
        self.body = nn.Linear(4, 4)
        self.head = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        y = self.body(self.norm(x))
        z = y
        if bool(y.sum() > 0):
            z = y * 2.5
        if self.training:
            return z, self.head(y)
        return z, y


CONSTRUCTS = {
    "literals": Construct(Literals, Case(I(2, 4)), Case(I(3, 4, shift=7))),
    "structures": Construct(Structures, Case(I(2, 4)), Case(I(3, 4, shift=7))),
    "modes": Construct(Modes, Case(I(2, 4)), Case(I(3, 4, shift=101))),
}


def build(name):
    return build_in("saved", name, CONSTRUCTS[name])


def make(names=None):
    make_in("saved", build, list(CONSTRUCTS), names)
