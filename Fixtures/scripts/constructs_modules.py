"""Modules: containers, interfaces, sharing, recursion, names, state written in forward, train and eval."""
from typing import Dict, Final, List, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from constructs import Case, Construct, I


@torch.jit.interface
class Block(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass


class Scale(nn.Module):
    def __init__(self, factor: float):
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor


class Project(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.fc(x))


class InterfaceList(nn.Module):
    """Indexes a list of modules of different types by a variable."""

    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Scale(2.0), Project(), Scale(0.5)])

    def forward(self, x: Tensor, index: int) -> Tensor:
        block: Block = self.blocks[index]
        return block.forward(x) + 1


class InterfaceDict(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleDict({"scale": Scale(2.0), "project": Project()})

    def forward(self, x: Tensor, key: str) -> Tensor:
        block: Block = self.blocks[key]
        return block.forward(x)


class InterfaceAttribute(nn.Module):
    block: Block

    def __init__(self):
        super().__init__()
        self.block = Project()

    def forward(self, x: Tensor) -> Tensor:
        return self.block.forward(x) - 1


class ModuleListLoops(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
        self.norms = nn.ModuleList([nn.LayerNorm(4) for _ in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        for i, norm in enumerate(self.norms):
            x = norm(x) + i
        for layer, norm in zip(self.layers, self.norms):
            x = norm(layer(x))
        return self.layers[1](x) + self.norms[-1](x) * len(self.layers)


class ModuleListSlices(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 3), nn.Linear(3, 4)])
        self.last = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers[0:2]:
            x = layer.forward(x)
        for layer in self.last[:2]:
            x = layer.forward(x)
        return self.last[2](x)


class ModuleDictItems(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleDict({"boxes": nn.Linear(4, 4), "labels": nn.Linear(4, 2)})

    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        out: Dict[str, Tensor] = {}
        for name, head in self.heads.items():
            out[name] = head(x)
        for name in self.heads.keys():
            out[name] = out[name] * 2
        for head in self.heads.values():
            out["sum_" + str(len(out))] = head(x).sum()
        if "boxes" in self.heads:
            out["again"] = self.heads["boxes"](x)
        return out


class SharedModule(nn.Module):
    """One module under two paths, and inside a container under a third."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = self.first
        self.body = nn.Sequential(nn.ReLU(), self.first)

    def forward(self, x: Tensor) -> Tensor:
        x = self.second(x)
        x = self.first(x) + 1
        return self.body(x)


class SharedBlock(nn.Module):
    """A composite block under two paths: its children have two paths each."""

    def __init__(self):
        super().__init__()
        self.encoder = Project()
        self.decoder = self.encoder

    def forward(self, x: Tensor) -> Tensor:
        return self.decoder(self.encoder(x) - 0.1)


class CalledThreeTimes(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.relu, self.block = nn.Linear(4, 4), nn.ReLU(), Project()

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(3):
            x = self.relu(self.fc(x))
        return self.block(self.block(x)) + self.block(x + 1)


class Tree(nn.Module):
    """A module of the same Python type at every depth."""

    def __init__(self, depth: int):
        super().__init__()
        self.root = nn.Linear(4, 4)
        self.left = Tree(depth - 1) if depth > 1 else nn.Identity()
        self.right = Tree(depth - 1) if depth > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        x = torch.tanh(self.root(x))
        return self.left(x) + self.right(x)


class ExportedMethods(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(4, 4), nn.Linear(4, 2)

    @torch.jit.export
    def features(self, x: Tensor, scale: float = 1.0) -> Tensor:
        return F.relu(self.body(x)) * scale

    @torch.jit.export
    def both(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        y = self.features(x, 1.0)
        return y, self.head(y)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x, 1.0))


class MethodOfChild(nn.Module):
    def __init__(self):
        super().__init__()
        self.child = ExportedMethods()

    def forward(self, x: Tensor) -> Tensor:
        y = self.child.features(x, 2.0)
        return self.child(y) + self.child.body.weight.sum()


class IgnoredMethod(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    @torch.jit.unused
    def debug(self, x: Tensor) -> Tensor:
        return x

    def forward(self, x: Tensor, debug: bool = False) -> Tensor:
        if debug:
            return self.debug(x)
        return self.fc(x)


class CounterAttribute(nn.Module):
    calls: int

    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        y = x + self.calls
        self.calls = self.calls + 1
        return y * self.calls


class BufferAssignment(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("average", torch.zeros(4))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.average = self.average * 0.5 + x.mean(0) * 0.5
            self.steps += 1
        return x - self.average + self.steps


class BufferInPlace(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("average", torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        before = self.average * 1.0
        self.average.mul_(0.5).add_(x.mean(0))
        return x * self.average + before


class ListAttribute(nn.Module):
    history: List[Tensor]

    def __init__(self):
        super().__init__()
        self.history = []
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tuple[Tensor, int]:
        x = self.fc(x)
        self.history.append(x)
        self.history.append(x + 1)
        return self.history[-1] + self.history[0], len(self.history)


class DictionaryAttribute(nn.Module):
    cache: Dict[str, Tensor]
    sizes: Dict[str, int]

    def __init__(self):
        super().__init__()
        self.cache = {}
        self.sizes = {"a": 1, "b": 2}

    def forward(self, x: Tensor) -> Tensor:
        if "x" not in self.cache:
            self.cache["x"] = x + self.sizes["b"]
        return self.cache["x"] * 2


class TrailingDigits(nn.Module):
    """Modules whose own names end in digits, beside repeated calls that would take the same names."""

    def __init__(self):
        super().__init__()
        self.conv_1, self.conv_2 = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)
        self.relu, self.relu_1 = nn.ReLU(), nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.conv_2(x))
        x = self.relu_1(self.conv_1(x))
        x = self.relu(x - 0.1)
        x = self.relu_1(x + 1)
        return self.relu(self.conv_1(x)) + torch.add(x, 1) + torch.add(x, 2)


class NamedLikeOperations(nn.Module):
    def __init__(self):
        super().__init__()
        self.add, self.add_1, self.flatten = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        y = self.add(x) + self.add_1(x)
        y = y + self.flatten(y)
        return torch.flatten(y + 1)


class OddNames(nn.Module):
    """Names that are no Python identifiers: TorchScript writes `getattr(self, "a-b")`."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleDict({"a-b": nn.Linear(4, 4), "two words": nn.Linear(4, 4), "0": nn.Linear(4, 4)})

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers.values():
            x = layer(x)
        return x


class Constants(nn.Module):
    heads: Final[int]
    names: Final[List[str]]
    __constants__ = ["eps", "dims"]

    def __init__(self):
        super().__init__()
        self.heads, self.names, self.eps, self.dims = 2, ["q", "k"], 1e-3, (1, 2)

    def forward(self, x: Tensor) -> Tensor:
        y = x.reshape(x.size(0), self.heads, -1).mean(self.dims)
        return y / self.heads + self.eps + len(self.names)


class Parameters(nn.Module):
    def __init__(self):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(4) * 0.5)
        self.items = nn.ParameterList([nn.Parameter(torch.ones(4) * i) for i in range(2)])
        self.register_buffer("shift", torch.arange(4.0), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.gamma + self.shift
        for p in self.items:
            x = x + p
        return x * self.gamma


class FrozenNorm(nn.Module):
    """Saved in train mode with one batch norm left in eval mode."""

    def __init__(self):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm1d(4), nn.BatchNorm1d(4)
        for bn in (self.bn1, self.bn2):
            bn.running_mean.fill_(0.25)
            bn.running_var.fill_(2.0)
        self.bn1.eval()

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.bn1(x), self.bn2(x)


class Dropout(nn.Module):
    """torchvision's example of graphs that differ: dropout, add, sub in one; dropout, mul, sub in the other."""

    def __init__(self, p: float):
        super().__init__()
        self.dropout = nn.Dropout(p)

    def forward(self, x: Tensor) -> Tensor:
        y = self.dropout(x)
        if self.training:
            y += 100
        else:
            y *= 0
        return y - 1


class FunctionalDropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        self.p = p
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = F.dropout(self.fc(x), p=self.p, training=self.training)
        return F.dropout(x, self.p, True, False) * 2 if self.training else x


class AuxiliaryHead(nn.Module):
    """A head that runs in train mode alone."""

    def __init__(self):
        super().__init__()
        self.body, self.aux, self.head = nn.Linear(4, 4), nn.Linear(4, 2), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        x = self.body(x)
        out = {"out": self.head(x)}
        if self.training:
            out["aux"] = self.aux(x)
        return out


class Residual(nn.Module):
    """Returns something else than the last operation it runs."""

    def __init__(self):
        super().__init__()
        self.inner = InnerWithUnusedTail()

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x) + x


class InnerWithUnusedTail(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.probe = nn.Linear(4, 4), nn.Linear(4, 1)
        self.register_buffer("seen", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        y = self.fc(x)
        self.seen = self.probe(y).sum(0)
        return y


class ModuleReturningTuple(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.lstm = nn.LSTM(4, 3, batch_first=True)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        y, weights = self.attention(x, x, x)
        z, (h, c) = self.lstm(y)
        return z + h.sum() - c.sum(), weights if weights is not None else z


class HierarchyOfNames(nn.Module):
    """The same child name at every level, and a child named like its parent."""

    def __init__(self):
        super().__init__()
        self.block = nn.Sequential()
        self.block.add_module("block", nn.Sequential(nn.Linear(4, 4), nn.ReLU()))
        self.block.add_module("block_1", nn.Linear(4, 4))

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x).relu()


class EmptyContainers(nn.Module):
    def __init__(self):
        super().__init__()
        self.none, self.list, self.sequential = nn.Identity(), nn.ModuleList(), nn.Sequential()

    def forward(self, x: Tensor) -> Tensor:
        for m in self.list:
            x = m(x)
        return self.sequential(self.none(x))


X = I(2, 4)
GRU = dict(method="forward__0", python_method="forward")  # one of two overloads: such an archive has no `forward`

CONSTRUCTS = {
    "interface_list": Construct(InterfaceList, Case(X, 0), Case(X, 1), Case(X, 2), scripted=True),
    "interface_dict": Construct(InterfaceDict, Case(X, "scale"), Case(X, "project"), scripted=True),
    "interface_attribute": Construct(InterfaceAttribute, Case(X), hooks=False),
    "module_list_loops": Construct(ModuleListLoops, Case(X)),
    "module_list_slices": Construct(ModuleListSlices, Case(X)),
    "module_dict_items": Construct(ModuleDictItems, Case(X)),
    "shared_module": Construct(SharedModule, Case(X)),
    "shared_block": Construct(SharedBlock, Case(X)),
    "called_three_times": Construct(CalledThreeTimes, Case(X)),
    "tree": Construct(lambda: Tree(3), Case(X)),
    "exported_methods": Construct(ExportedMethods, Case(X), Case(X, method="features"), Case(X, 3.0, method="features"), Case(X, method="both")),
    "method_of_child": Construct(MethodOfChild, Case(X), hooks=False),
    "ignored_method": Construct(IgnoredMethod, Case(X)),
    "counter_attribute": Construct(CounterAttribute, Case(X)),
    "buffer_assignment": Construct(BufferAssignment, Case(X)),
    "buffer_in_place": Construct(BufferInPlace, Case(X)),
    "list_attribute": Construct(ListAttribute, Case(X)),
    "dict_attribute": Construct(DictionaryAttribute, Case(X)),
    "trailing_digits": Construct(TrailingDigits, Case(I(1, 3, 2, 2))),
    "named_like_operations": Construct(NamedLikeOperations, Case(X)),
    "odd_names": Construct(OddNames, Case(X)),
    "constants": Construct(Constants, Case(I(2, 4, 2))),
    "parameters": Construct(Parameters, Case(X)),
    "frozen_norm": Construct(FrozenNorm, Case(I(3, 4))),
    "dropout_one": Construct(lambda: Dropout(1.0), Case(X)),
    "dropout_half": Construct(lambda: Dropout(0.5), Case(X), train=False),
    "functional_dropout_one": Construct(lambda: FunctionalDropout(1.0), Case(X)),
    "functional_dropout_half": Construct(lambda: FunctionalDropout(0.5), Case(X), train=False),
    "auxiliary_head": Construct(AuxiliaryHead, Case(X)),
    "returns_earlier_value": Construct(Residual, Case(X)),
    "module_returning_tuple": Construct(ModuleReturningTuple, Case(I(1, 3, 4)), train=False),
    "hierarchy_of_names": Construct(HierarchyOfNames, Case(X)),
    "empty_containers": Construct(EmptyContainers, Case(X)),
    "root_gru": Construct(lambda: nn.GRU(4, 3, batch_first=True), Case(I(1, 3, 4), **GRU), Case(I(1, 3, 4), I(1, 1, 3), **GRU)),
    "root_batch_norm": Construct(lambda: nn.BatchNorm2d(3), Case(I(2, 3, 2, 2))),
    "root_sequential": Construct(lambda: nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Flatten()), Case(I(1, 3, 4, 4))),
    "root_relu": Construct(nn.ReLU, Case(X)),
}
