"""Archives about what goes into `forward` and how the parts of values are named: arguments with defaults, named tuples, sizes in
traced archives, inputs of lists and dictionaries. Goldens are as those of the constructs; `traced` archives come from
`torch.jit.trace` on the first case's inputs, and are compared with the Python model on every case.
"""
import copy
import zipfile
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common import FIXTURES, formula, in_processes, machine_paths, statistics_tree, write_json
from constructs import Case, I, call, encode, materialize

# Arguments with defaults


class Defaults(nn.Module):
    """One default of each kind; every one decides something that a trace has to know."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.gate = nn.Sigmoid()

    def forward(
        self, x: Tensor, mask: Optional[Tensor] = None, scale: float = 2.0, count: int = 2, flag: bool = True,
        name: str = "sum", dims: List[int] = (),
    ) -> Tensor:
        y = self.linear(x)
        if mask is not None:
            y = y * mask
        for _ in range(count):
            y = y + x
        if flag:
            y = self.gate(y)
        if scale > 1.0:
            y = y * scale
        if len(dims) > 0:
            y = y.flip(dims)
        return y.sum(1) if name == "sum" else y.mean(1)


class TensorArguments(nn.Module):
    def forward(self, x: Tensor, y: Optional[Tensor], n: int, flag: bool = False) -> Tensor:
        z = x * n
        if flag:
            z = -z
        return z


class OptionalSubscript(nn.Module):
    """An argument that may be None is checked, and then taken apart."""

    def forward(self, x: Tensor, y: Optional[Tensor] = None) -> Tensor:
        assert y is not None
        return x + y[:, 0:1] + y[0]


# Named tuples


class Heads(NamedTuple):
    logits: Tensor
    hidden: Tensor


class Pair(NamedTuple):
    first: Heads
    count: int
    others: List[Heads]


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Heads:
        h = self.a(x)
        return Heads(self.b(h), h)


class NamedParts(nn.Module):
    """A named tuple of a module that its caller takes apart."""

    def __init__(self):
        super().__init__()
        self.m = Inner()

    def forward(self, x: Tensor) -> Tensor:
        return self.m(x).logits + 1


class NestedNames(nn.Module):
    """Named tuples in named tuples, lists and dictionaries."""

    def __init__(self):
        super().__init__()
        self.m = Inner()

    def forward(self, x: Tensor) -> Dict[str, Pair]:
        first = self.m(x)
        return {"all": Pair(first, 3, [Heads(first.logits * 2, first.hidden * 2), first])}


class Batch(NamedTuple):
    image: Tensor
    size: Tuple[int, int]
    weight: Optional[Tensor]


class NamedInput(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, batch: Batch) -> Tensor:
        y = self.linear(batch.image)
        return y * batch.size[0] + batch.size[1]


# Sizes in traced archives


class Flatten(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4 * 36, 2)

    def forward(self, x):
        y = self.conv(x).relu()
        return self.fc(y.view(y.size(0), -1))


class Shuffle(nn.Module):
    """Sizes that are divided, multiplied and compared, as channel shuffles and windows have them."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 1)

    def forward(self, x):
        y = self.conv(x)
        b, c, h, w = y.shape
        y = y.view(b, 2, c // 2, h, w).transpose(1, 2).reshape(b, -1, h, w)
        half, odd = h // 2, h % 2
        y = y[:, :, : half + odd]
        return F.interpolate(y, size=(h * 2, w + odd)) + b * (h - w + 1) / (w * 2)


class SizesAsTensors(nn.Module):
    """Sizes that go into operators of tensors, and numbers made of them."""

    def forward(self, x):
        n = x.shape[1]
        scale = n**0.5
        steps = torch.arange(n, dtype=x.dtype)
        full = torch.full((x.shape[0], n), 0.5)
        flags = torch.stack([torch.as_tensor(n), torch.as_tensor(n) * 2]).sum()
        return (x * steps + full) / scale + n // 2 + flags


# Inputs of lists and dictionaries


class ListOfDictionaries(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, batch: List[Dict[str, Tensor]]) -> Tensor:
        total = torch.zeros(1)
        for entry in batch:
            y = self.linear(entry["image"])
            if "weight" in entry:
                y = y * entry["weight"]
            total = total + y.sum()
        return total


class Structures(nn.Module):
    """One argument of each kind of structure."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(
        self, levels: Dict[str, List[Tensor]], pair: Tuple[Tensor, int], sizes: List[int], extra: Optional[Dict[int, Tensor]] = None
    ) -> List[Tensor]:
        out: List[Tensor] = []
        for name, tensors in levels.items():
            for t in tensors:
                out.append(self.linear(t) * pair[1] + pair[0])
        if extra is not None:
            for key, t in extra.items():
                out.append(t * key)
        return [t + sizes[0] for t in out]


X = I(2, 4)
CASES = {
    "defaults": (
        Defaults,
        [Case(X), Case(X, I(2, 4, shift=3)), Case(X, None, 0.5), Case(X, None, 2.0, 3), Case(X, None, 2.0, 2, False),
         Case(X, None, 2.0, 2, True, "mean"), Case(X, None, 2.0, 2, True, "sum", [1])],
    ),
    "tensor_arguments": (TensorArguments, [Case(X, None, 3), Case(X, I(2, 4, shift=1), 2, True)]),
    "optional_subscript": (OptionalSubscript, [Case(X, I(2, 4, shift=1)), Case(X, I(1, 4, shift=9))]),
    "named_parts": (NamedParts, [Case(X)]),
    "named_root": (Inner, [Case(X)]),
    "nested_names": (NestedNames, [Case(X)]),
    "named_input": (NamedInput, [Case(Batch(X, (2, 3), None))]),
    "traced_flatten": (Flatten, [Case(I(2, 3, 8, 8)), Case(I(3, 3, 8, 8)), Case(I(1, 3, 8, 8))]),
    "traced_shuffle": (Shuffle, [Case(I(2, 3, 8, 6)), Case(I(1, 3, 9, 6)), Case(I(3, 3, 5, 10))]),
    "traced_sizes": (SizesAsTensors, [Case(I(2, 4)), Case(I(3, 4)), Case(I(2, 7))]),
    "list_of_dictionaries": (
        ListOfDictionaries, [Case([{"image": X}, {"image": I(1, 4, shift=5), "weight": I(4)}]), Case([{"image": X}])],
    ),
    "structures": (
        Structures,
        [Case({"a": [X, I(1, 4)], "b": []}, (I(4, shift=2), 3), [1, 2]),
         Case({"a": [X]}, (I(4, shift=2), 3), [1, 2], {7: I(2), -1: I(3)})],
    ),
}


def save(archive, name, is_traced):
    """Writes an archive. A traced one has the whole call stack of every operator in its debug records, with the places of this
    machine; they are left out."""
    path = FIXTURES / "values" / f"{name}.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    archive.save(str(path))
    if is_traced:
        with zipfile.ZipFile(path) as old:
            records = [(info.filename, old.read(info)) for info in old.infolist()]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as new:
            for record, data in records:
                if not record.endswith(".debug_pkl"):
                    new.writestr(zipfile.ZipInfo(record), data, zipfile.ZIP_DEFLATED if "/code/" in record else None)
    if left := machine_paths(path):
        raise ValueError(f"names files of this machine: {left[:3]}")
    return path


def build(name):
    if name.startswith("vit_tiny"):
        return vit_tiny(name)
    make, cases = CASES[name]
    torch.manual_seed(1)
    model = make()
    is_traced = name.startswith("traced")
    archive = torch.jit.trace(model.eval(), materialize(cases[0].inputs)) if is_traced else torch.jit.script(model)
    path = save(archive, name, is_traced)
    golden = {"archive": f"{name}.pt", "type": type(model).__name__, "cases": []}
    for case in cases:
        entry = {"method": "forward", "inputs": [encode(i) for i in case.inputs]}
        entry["eval"] = call(copy.deepcopy(model).eval(), case, hooks=True)
        golden["cases"].append(entry)
    return golden, path.stat().st_size


def vit_tiny(name):
    """timm's smallest vision transformer with views for weights: `forward(x, attn_mask=None, is_causal=False)`."""
    import torchvision_cpu  # noqa: F401
    import timm
    from torchvision.models.feature_extraction import NodePathTracer, get_graph_node_names

    from zoo import Views

    torch.manual_seed(1)
    model = timm.create_model("vit_tiny_patch16_224", num_classes=10).eval()
    Views(name, model).place()
    example = formula((1, 3, 224, 224))
    archive = torch.jit.trace(model, example) if name.endswith("traced") else torch.jit.script(model)
    path = save(archive, name, name.endswith("traced"))
    tracer = NodePathTracer()
    graph = tracer.trace(model)
    leaves = [tracer.node_to_qualname[node] for node in graph.nodes if node.op == "call_module"]
    train, eval_ = get_graph_node_names(model)
    assert train == eval_
    golden = {"archive": f"{name}.pt", "names": eval_, "leaves": leaves, "cases": []}
    for batch in (1, 2):
        case = Case(I(batch, 3, 224, 224))
        seen = {}
        handles = [
            model.get_submodule(key).register_forward_hook(lambda m, i, o, key=key: seen.update({key: o}))
            for key in ("patch_embed", "blocks.0", "blocks.5.attn", "blocks.11.mlp.fc1", "norm", "head")
        ]
        with torch.no_grad():
            model(*materialize(case.inputs))
        for handle in handles:
            handle.remove()
        golden["cases"].append({"inputs": [encode(i) for i in case.inputs], "features": statistics_tree(seen)})
    return golden, path.stat().st_size


def make(names=None):
    goldens, total = {}, 0
    for name, result in in_processes(build, names or [*CASES, "vit_tiny_scripted", "vit_tiny_traced"]):
        if result:
            goldens[name], size = result
            total += size
    print(f"values: {len(goldens)} archives, {total} bytes")
    if not names:
        write_json(FIXTURES / "values/goldens.json", goldens)
