"""Scripted modules whose code decides by shapes, ranks, types and devices of tensors, and some that decide by values.

Each is called with several shapes. What depends on shapes alone is traced through once they are known.
"""
from typing import Dict, List, Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import constructs
from constructs import Case, Construct, I


class SamePadding(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        h, w = x.shape[-2:]
        down = max((-(h // -2) - 1) * 2 + 3 - h, 0)
        right = max((-(w // -2) - 1) * 2 + 3 - w, 0)
        if down > 0 or right > 0:
            x = F.pad(x, [right // 2, right - right // 2, down // 2, down - down // 2])
        return self.conv(x)


class Windows(nn.Module):
    """Pads to whole windows, as in Swin."""

    def forward(self, x: Tensor) -> Tensor:
        rest = x.size(1) % 4
        if rest != 0:
            x = F.pad(x, [0, 0, 0, 4 - rest])
        parts: List[Tensor] = []
        for i in range(x.size(1) // 4):
            parts.append(x[:, 4 * i : 4 * i + 4].mean(1))
        return torch.stack(parts, 1)


class Rank(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        single = x.dim() == 2
        if single:
            x = x.unsqueeze(0)
        x = x * 2
        if single:
            x = x.squeeze(0)
        return x


class Type(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if x.dtype == torch.float64:
            return x.float() + 1
        if not x.is_floating_point():
            return x.float() / 255
        return x - 1


class Halving(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        while x.size(-1) > 3:
            x = F.avg_pool1d(x, 2)
        return x


class Scaled(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        h = int(x.size(2) * 1.5)
        w = int(round(x.size(3) / 2))
        return F.interpolate(x, size=[h, w], mode="nearest")


class Repeated(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pads = [1] * (2 * x.dim())
        total = 0
        for p in pads:
            total += p
        return F.pad(x, pads) + total


class Cache(nn.Module):
    """Keeps a part of its weights by device, as in LeViT."""

    cached: Dict[str, Tensor]

    def __init__(self):
        super().__init__()
        self.biases = nn.Parameter(torch.tensor([[0.5, -1.0, 2.0], [1.0, 0.25, -0.5]]))
        self.register_buffer("order", torch.tensor([2, 0, 1]), persistent=False)
        self.cached = {}

    def bias(self, device: torch.device) -> Tensor:
        if self.training:
            return self.biases[:, self.order]
        key = str(device)
        if key not in self.cached:
            self.cached[key] = self.biases[:, self.order]
        return self.cached[key]

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.bias(x.device) + self.bias(x.device).sum()


class State(nn.Module):
    """A dictionary that is state and not a cache: it holds what the inputs were."""

    seen: Dict[str, Tensor]

    def __init__(self):
        super().__init__()
        self.seen = {}

    def forward(self, x: Tensor) -> Tensor:
        if "x" not in self.seen:
            self.seen["x"] = x.sum()
        return x + self.seen["x"]


class InPlaceRank(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x * 1
        y.unsqueeze_(0)
        if y.dim() == 3:
            return y.sum(0)
        return y.mean(0)


class InPlaceTranspose(nn.Module):
    """Asks the same of an input before and after it changed the input's shape."""

    def forward(self, x: Tensor) -> Tensor:
        y = x.sum()
        if x.size(0) == 3:
            y = y * 2
        x.t_()
        if x.size(0) == 3:
            y = y + 1
        return y


class Selected(nn.Module):
    """The number of selected rows is a value, the number of columns a shape."""

    def forward(self, x: Tensor) -> Tensor:
        rows = x[x[:, 0] > 0]
        if rows.size(0) > 1:
            rows = rows * 3
        if rows.size(1) > 3:
            rows = rows[:, :3]
        return rows.sum(0)


class Positions(nn.Module):
    """The elements of `arange` depend on the shape alone."""

    def forward(self, x: Tensor) -> Tensor:
        last = int(torch.arange(x.size(0)).max())
        if last > 1:
            return x[:last]
        return x + last


class ListOfTensors(nn.Module):
    def forward(self, xs: List[Tensor]) -> Tensor:
        total = torch.zeros(1)
        for x in xs:
            if x.size(0) > 2:
                total = total + x[:2].sum()
            else:
                total = total + x.sum()
        return total


class Mask(nn.Module):
    def forward(self, x: Tensor, mask: Optional[Tensor] = None) -> Tensor:
        if mask is not None:
            if mask.dim() == 1:
                mask = mask.unsqueeze(0)
            x = x * mask
        return x + 1


class Counter(nn.Module):
    """Running its code changes its state: known shapes must not."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(4)
        self.drop = nn.Dropout(0.0)

    def forward(self, x: Tensor) -> Tensor:
        y = self.drop(self.norm(x))
        if y.size(0) > 2:
            y = y[:2]
        return y


class FromModule(nn.Module):
    """Decides by the shape that a layer gives."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        if y.shape[2] % 2 == 1:
            y = y[:, :, :-1]
        n, c, t = y.shape
        return y.reshape(n, c, t // 2, 2).sum(-1)


CONSTRUCTS = {
    "same_padding": Construct(SamePadding, Case(I(1, 2, 6, 6)), Case(I(1, 2, 5, 8)), Case(I(2, 2, 7, 7))),
    "windows": Construct(Windows, Case(I(1, 6, 2)), Case(I(1, 8, 2)), Case(I(3, 6, 2)), Case(I(1, 9, 2))),
    "rank": Construct(Rank, Case(I(2, 3)), Case(I(1, 2, 3))),
    "type": Construct(Type, Case(I(2, 3)), Case(I(2, 3, dtype=torch.float64)), Case(I(2, 3, dtype=torch.int64))),
    "halving": Construct(Halving, Case(I(1, 1, 8)), Case(I(1, 1, 16)), Case(I(1, 1, 3))),
    "scaled": Construct(Scaled, Case(I(1, 1, 4, 4)), Case(I(1, 1, 5, 7))),
    "repeated": Construct(Repeated, Case(I(2, 2)), Case(I(1, 2, 2))),
    "cache": Construct(Cache, Case(I(1, 2)), Case(I(3, 2))),
    "state": Construct(State, Case(I(2)), Case(I(3))),
    "in_place_rank": Construct(InPlaceRank, Case(I(2, 3)), Case(I(3))),
    "in_place_transpose": Construct(InPlaceTranspose, Case(I(3, 3)), Case(I(3, 2)), Case(I(2, 3))),
    "selected": Construct(Selected, Case(I(4, 5)), Case(I(4, 5, shift=101)), Case(I(5, 2))),
    "positions": Construct(Positions, Case(I(4, 2)), Case(I(2, 2)), Case(I(3, 2))),
    "list_of_tensors": Construct(ListOfTensors, Case([I(4), I(1)]), Case([I(4), I(1)]), Case([I(2), I(3)]), Case([I(4)])),
    "mask": Construct(Mask, Case(I(2, 3), I(3)), Case(I(2, 3), I(2, 3))),
    "counter": Construct(Counter, Case(I(3, 4)), Case(I(2, 4))),
    "from_module": Construct(FromModule, Case(I(1, 2, 6)), Case(I(1, 2, 7)), Case(I(2, 2, 6))),
}


def build(name):
    return constructs.build_in("shapes", name, CONSTRUCTS[name])


def make(names=None):
    constructs.make_in("shapes", build, list(CONSTRUCTS), names)
