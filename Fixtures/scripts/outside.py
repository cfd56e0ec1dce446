"""Archives whose code writes or reads a file: `xylem-test-written` and `xylem-test-secret` in the working folder."""
from typing import Tuple

import torch
from torch import Tensor, nn

from common import FIXTURES, in_processes


class Saves(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        torch.save("payload", "xylem-test-written")
        return x + 1


class SavesOnData(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if bool(x.sum() > -1):
            torch.save("payload", "xylem-test-written")
        return x + 1


class SavesInChild(nn.Module):
    def __init__(self):
        super().__init__()
        self.child = Saves()

    def forward(self, x: Tensor) -> Tensor:
        return self.child(x) * 2


class SavesWhenLoaded(nn.Module):
    def __init__(self):
        super().__init__()
        self.value = 1

    @torch.jit.export
    def __getstate__(self) -> Tuple[int, bool]:
        return self.value, self.training

    @torch.jit.export
    def __setstate__(self, state: Tuple[int, bool]):
        self.value = state[0]
        self.training = state[1]
        torch.save("payload", "xylem-test-written")

    def forward(self, x: Tensor) -> Tensor:
        return x + self.value


class StateOfItsOwn(nn.Module):
    """Runs code when it is loaded, which computes only."""

    def __init__(self):
        super().__init__()
        self.weight = torch.arange(4.0)

    @torch.jit.export
    def __getstate__(self) -> Tuple[Tensor, bool]:
        return self.weight * 2, self.training

    @torch.jit.export
    def __setstate__(self, state: Tuple[Tensor, bool]):
        self.weight = state[0] / 2
        self.training = state[1]

    def forward(self, x: Tensor) -> Tensor:
        return x + self.weight


class Reads(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.from_file("xylem-test-secret", shared=False, size=4, dtype=torch.uint8).sum()


MODULES = {
    "saves": Saves, "saves_on_data": SavesOnData, "saves_in_child": SavesInChild, "saves_when_loaded": SavesWhenLoaded,
    "state_of_its_own": StateOfItsOwn, "reads": Reads,
}


def build(name):
    path = FIXTURES / "outside" / f"{name}.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.jit.script(MODULES[name]()).save(str(path))
    return path.stat().st_size


def make(names=None):
    sizes = [size for _, size in in_processes(build, names or list(MODULES)) if size]
    print(f"outside: {len(sizes)} archives, {sum(sizes)} bytes")
