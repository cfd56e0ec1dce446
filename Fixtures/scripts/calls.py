"""Small archives that differ in how modules are called, with what PyTorch gives for requests of them.

Calls by other methods than forward, hooks, modules under several paths, and code that is kept whole and changes, returns or keeps
lists and dictionaries of its caller. Scripted and traced.
"""
import pickle
import zipfile
from typing import Dict, List, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common import FIXTURES, formula, in_processes, machine_paths, write_json
from constructs import close, encode


class Entry:
    """A module and its input shapes. `values` gives what requests mean, from the model and its inputs. `leaves` and `wraps`: what is
    kept whole in one run each, beside a run in which everything is traced (`plain`) and one with automatic leaves."""

    def __init__(self, make, shapes, values, leaves=(), wraps=(), plain=False, traced=False, scripted=True):
        self.make, self.shapes, self.values = make, shapes, values
        self.leaves, self.wraps, self.plain, self.traced, self.scripted = leaves, wraps, plain, traced, scripted


def opaque(x: Tensor, y: Tensor) -> Tensor:
    """Depends on the values of x, so that nobody traces through it."""
    if bool(x.sum() > 1000):
        return y * 3
    return y


# Lists and dictionaries of the caller


class AppendsNumber(nn.Module):
    def forward(self, x: Tensor, numbers: List[int]) -> Tensor:
        numbers.append(5)
        return opaque(x, x * 2)


class CallsAppendsNumber(nn.Module):
    def __init__(self):
        super().__init__()
        self.child = AppendsNumber()

    def forward(self, x: Tensor) -> Tensor:
        numbers: List[int] = []
        y = self.child(x, numbers)
        return y + len(numbers) * 10 + numbers[0]


class WritesNested(nn.Module):
    def forward(self, x: Tensor, groups: List[List[int]], both: Tuple[List[Tensor], int], table: Dict[str, List[Tensor]]) -> Tensor:
        groups[0].append(7)
        both[0][0] = x + 100
        table["a"].append(x + 1)
        table["b"] = [x]
        return opaque(x, x * 2)


class CallsWritesNested(nn.Module):
    def __init__(self):
        super().__init__()
        self.child = WritesNested()

    def forward(self, x: Tensor) -> Tensor:
        groups = [[1]]
        inner = groups[0]
        tensors = [x]
        table: Dict[str, List[Tensor]] = {"a": [x]}
        y = self.child(x, groups, (tensors, 3), table)
        return y + len(inner) * 10 + tensors[0] + len(table) * 1000 + table["a"][1]


class ReturnsItsList(nn.Module):
    def forward(self, x: Tensor, numbers: List[int]) -> List[int]:
        if bool(x.sum() > 1000):
            numbers.append(3)
        return numbers


class CallsReturnsItsList(nn.Module):
    def __init__(self):
        super().__init__()
        self.child = ReturnsItsList()

    def forward(self, x: Tensor) -> Tensor:
        numbers = [1]
        same = self.child(x, numbers)
        same.append(3)
        numbers.append(4)
        return x + len(numbers) * 10 + len(same)


class EveryOperation(nn.Module):
    def forward(self, x: Tensor, numbers: List[int], table: Dict[str, int]) -> Tensor:
        numbers.extend([9, 8])
        numbers.sort()
        numbers.pop(0)
        del numbers[0]
        numbers.insert(0, 4)
        numbers.reverse()
        table.pop("a")
        table.update({"z": 4})
        table["b"] += 1
        return opaque(x, x)


class CallsEveryOperation(nn.Module):
    """Twice, with reads in between."""

    def __init__(self):
        super().__init__()
        self.child = EveryOperation()

    def forward(self, x: Tensor) -> Tensor:
        numbers, table = [5, 1, 7], {"a": 1, "b": 2}
        y = self.child(x, numbers, table)
        first, count = numbers[0], len(table)
        table["a"] = 20
        z = self.child(y, numbers, table)
        return z + first * 1000 + count * 100 + numbers[0] * 10 + len(numbers) + table["b"] + table["z"]


class AppendsTwice(nn.Module):
    def forward(self, x: Tensor, a: List[int], b: List[int]) -> Tensor:
        a.append(1)
        b.append(2)
        return opaque(x, x + len(a))


class PassesOneListTwice(nn.Module):
    def __init__(self):
        super().__init__()
        self.child = AppendsTwice()

    def forward(self, x: Tensor) -> Tensor:
        numbers = [1]
        y = self.child(x, numbers, numbers)
        return y + len(numbers)


class AppendsToOptional(nn.Module):
    def forward(self, x: Tensor, cache: Optional[List[Tensor]] = None) -> Tensor:
        if cache is not None:
            cache.append(x * 5)
        return opaque(x, x)


class HandsOn(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = AppendsToOptional()

    def forward(self, x: Tensor, cache: List[Tensor]) -> Tensor:
        return self.inner(x, cache)


class CallsHandsOn(nn.Module):
    def __init__(self):
        super().__init__()
        self.child = HandsOn()

    def forward(self, x: Tensor) -> Tensor:
        cache: List[Tensor] = []
        y = self.child(x, cache)
        y = self.child(y + 1, cache)
        return torch.cat(cache).sum() + y + cache[1]


class KeepsList(nn.Module):
    kept: List[int]

    def __init__(self):
        super().__init__()
        self.kept = [0]

    def forward(self, x: Tensor, numbers: List[int]) -> Tensor:
        if len(self.kept) == 1:
            self.kept = numbers
        else:
            self.kept.append(4)
        return opaque(x, x * 2)


class CallsKeepsList(nn.Module):
    """The second call changes the list that the first one was given."""

    def __init__(self):
        super().__init__()
        self.child = KeepsList()

    def forward(self, x: Tensor) -> Tensor:
        numbers, others = [1, 2], [3]
        y = self.child(x, numbers)
        z = self.child(x, others)
        return y + len(numbers) * 10 + len(others)


class WritesListAttribute(nn.Module):
    sizes: List[int]

    def __init__(self):
        super().__init__()
        self.sizes = [1, 2]
        self.child = AppendsNumber()

    def forward(self, x: Tensor) -> Tensor:
        y = self.child(x, self.sizes)
        return y + len(self.sizes)


class AppendsToOwn(nn.Module):
    """Changes lists of its own, which are not attributes themselves but in a value that is one."""

    sizes: Optional[List[int]]
    both: Tuple[List[int], int]

    def __init__(self, sizes: Optional[List[int]], other: List[int]):
        super().__init__()
        self.sizes = sizes
        self.both = (other, 3)

    def forward(self, x: Tensor) -> Tensor:
        sizes = self.sizes
        if sizes is not None:
            sizes.append(5)
        else:
            self.both[0].append(6)
        return opaque(x, x * 2)


class ReadsOptionalAttribute(nn.Module):
    def __init__(self):
        super().__init__()
        self.child = AppendsToOwn([1, 2], [])

    def forward(self, x: Tensor) -> Tensor:
        y = self.child(x)
        sizes = self.child.sizes
        if sizes is not None:
            y = y + len(sizes) * 10
        return y


class ReadsTupleAttribute(nn.Module):
    def __init__(self):
        super().__init__()
        self.child = AppendsToOwn(None, [4])

    def forward(self, x: Tensor) -> Tensor:
        y = self.child(x)
        return y + len(self.child.both[0]) * 10 + self.child.both[1]


class StoresThenAppends(nn.Module):
    """An attribute and a variable are one list."""

    stored: List[int]

    def __init__(self):
        super().__init__()
        self.stored = []

    def forward(self, x: Tensor) -> Tensor:
        numbers = [1]
        self.stored = numbers
        numbers.append(2)
        return x + len(self.stored)


class NestedAttribute(nn.Module):
    table: Dict[str, List[int]]

    def __init__(self):
        super().__init__()
        self.table = {"seen": [1]}

    def forward(self, x: Tensor) -> Tensor:
        self.table["seen"].append(2)
        return x + len(self.table["seen"])


class IndexesByData(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        groups = [[1], [2, 3]]
        chosen = groups[int(x.sum() > 1000)]
        chosen.append(5)
        numbers = [1, 2, 3]
        numbers[int(x.sum() > 1000)] = 10
        return x + len(groups[0]) * 100 + numbers[0]


def fill(x: Tensor, tensors: List[Tensor]) -> Tensor:
    tensors.append(x + 1)
    tensors.append(x + 2)
    return x * 2


class CallsFill(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        tensors: List[Tensor] = []
        y = fill(x, tensors)
        return y + tensors[1] + len(tensors)


def pure(x: Tensor, tensors: List[Tensor]) -> Tensor:
    tensors = tensors + [x]
    return x * len(tensors)


class CallsPure(nn.Module):
    """The function changes a list of its own: the caller's stays known, so that the loop over it can be traced."""

    def forward(self, x: Tensor) -> Tensor:
        tensors = [x, x + 1]
        y = pure(x, tensors)
        for tensor in tensors:
            y = y + tensor
        return y


# Methods other than forward


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.mu, self.scale = nn.Linear(6, 8), nn.Linear(8, 3), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.mu(F.relu(self.fc(x)))

    @torch.jit.export
    def encode(self, x: Tensor) -> Tensor:
        h = F.relu(self.fc(x))
        mu = self.mu(h)
        self.scale(h)
        return mu

    @torch.jit.export
    def both(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        h = F.relu(self.fc(x))
        return self.mu(h), self.scale(h)

    @torch.jit.export
    def parts(self, x: Tensor) -> Dict[str, Tensor]:
        return {"h": self.fc(x), "x": x}

    @torch.jit.export
    def same(self, x: Tensor) -> Tensor:
        self.fc(x)
        return x

    @torch.jit.export
    def width(self, x: Tensor) -> int:
        return x.size(1)


class CallsEncode(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.head = Encoder(), nn.Linear(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.enc.encode(x)) + self.enc.width(x)


class CallsBoth(CallsEncode):
    def forward(self, x: Tensor) -> Tensor:
        mu, _ = self.enc.both(x)
        return self.head(mu)


class MixesMethods(CallsEncode):
    def forward(self, x: Tensor) -> Tensor:
        x = self.enc.same(x)
        a = self.enc(x)
        b = self.enc.encode(x)
        c = self.enc.parts(x)
        return self.head(a + b) + c["h"].sum()


class OwnForward1(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x)

    @torch.jit.export
    def forward1(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.fc(x).relu(), x


class CallsOwnForward1(nn.Module):
    """The author's own `forward1`, which is no second call of forward."""

    def __init__(self):
        super().__init__()
        self.own = OwnForward1()

    def forward(self, x: Tensor) -> Tensor:
        a, b = self.own.forward1(x)
        return self.own(a + b)


# Hooks


def before(self, input: Tuple[Tensor]) -> Tuple[Tensor]:
    return (input[0] + 3,)


def after(self, input: Tuple[Tensor], result: Tensor) -> Tensor:
    return result * 10 + input[0]


def writes(self, input: Tuple[Tensor], result: Tensor) -> None:
    result.add_(7)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x)


class Hooked(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.third = Layer(), Layer(), nn.Linear(6, 6)
        self.first.register_forward_pre_hook(before)
        self.first.register_forward_hook(after)
        self.second.register_forward_hook(writes)
        self.third.register_forward_hook(after)
        self.third.register_forward_hook(writes)
        self.register_forward_pre_hook(before)
        self.register_forward_hook(after)

    def forward(self, x: Tensor) -> Tensor:
        return self.third(self.second(self.first(x))) + 1


def hooked_values(model, x):
    x = x + 3
    first = model.first(x)
    second = model.second(first)
    return {"first": first, "second": second, "third": model.third(second), "output": model(x - 3)}


# Several paths, prefixes


class Prefixes(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(6, 6)
        self.layers = nn.ModuleList([Layer(), Early(), self.head])
        self.never = self.layers[1]
        self.bank = nn.ModuleDict({"one": nn.Linear(6, 6)})
        self.bank.register_parameter("gain", nn.Parameter(torch.rand(6)))

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers[1](self.layers[0](x))
        return self.bank["one"](x) * self.bank.gain


class Early(nn.Module):
    """What it returns is not the last that ran in it."""

    def __init__(self):
        super().__init__()
        self.fc, self.extra = nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Tensor:
        y = self.fc(x)
        self.extra(y)
        return y


def prefix_values(model, x):
    first = model.layers[0](x)
    early = model.layers[1](first)
    return {"layers": early, "layers.1": early, "never": early, "layers.0": first, "bank": model.bank["one"](early)}


class TwoPaths(nn.Module):
    """Scripting makes an object for each path of the block; only the tensors are still one."""

    def __init__(self):
        super().__init__()
        self.block = Layer()
        self.body = nn.Sequential(self.block, Layer())

    def forward(self, x: Tensor) -> Tensor:
        return self.body(self.block(self.body(x)))


def two_paths_values(model, x):
    calls = [model.block(x)]
    calls.append(model.block(model.body(x)))
    calls.append(model.block(calls[1]))
    values = {"block": calls[2], "body.0": calls[2], "body": model(x), "body#0": model.body(x), "output": model(x)}
    for ordinal, value in enumerate(calls):
        values[f"block#{ordinal}"] = values[f"body.0#{ordinal}"] = value
    return values


# Traced


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.relu = nn.Linear(6, 6), nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.fc(x))
        return self.relu(self.relu(self.fc(y)) + x)


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(Block(), nn.Sequential(Block(), nn.Linear(6, 6)))
        self.head = nn.Linear(6, 1)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return self.head((self.body(a) - self.body(b)).abs())


def siamese_values(model, a, b):
    values = {"body#0": model.body(a), "body#1": model.body(b), "body": model.body(b), "output": model(a, b)}
    values["body.0"] = model.body[0](b)
    values["body.1.0#0"] = model.body[1][0](model.body[0](a))
    hidden = model.body[0].relu(model.body[0].fc(a))
    values["body.0.relu"] = hidden
    values["body.0.relu_1"] = model.body[0].relu(model.body[0].fc(hidden))
    values["body.0.fc_2"] = model.body[0].fc(b)
    return values


def output(model, *inputs):
    return {"output": model(*inputs)}


ROW = [[2, 6]]
ENTRIES = {
    "leaf_appends": Entry(CallsAppendsNumber, ROW, output, ["AppendsNumber"]),
    "leaf_writes_nested": Entry(CallsWritesNested, ROW, output, ["WritesNested"]),
    "leaf_returns_list": Entry(CallsReturnsItsList, ROW, output, ["ReturnsItsList"]),
    "leaf_every_operation": Entry(CallsEveryOperation, ROW, output, ["EveryOperation"]),
    "leaf_one_list_twice": Entry(PassesOneListTwice, ROW, output, ["AppendsTwice"]),
    "leaf_optional_list": Entry(CallsHandsOn, ROW, output, ["HandsOn", "AppendsToOptional"]),
    "leaf_keeps_list": Entry(CallsKeepsList, ROW, output, ["KeepsList"]),
    "leaf_list_attribute": Entry(WritesListAttribute, ROW, output, ["AppendsNumber"]),
    "leaf_optional_attribute": Entry(ReadsOptionalAttribute, ROW, output),
    "leaf_tuple_attribute": Entry(ReadsTupleAttribute, ROW, output, ["AppendsToOwn"]),
    "stored_list": Entry(StoresThenAppends, ROW, output, plain=True),
    "nested_attribute": Entry(NestedAttribute, ROW, output, plain=True),
    "containers_by_data": Entry(IndexesByData, ROW, output),
    "wrapped_fills": Entry(CallsFill, ROW, output, wraps=["fill"], plain=True),
    "wrapped_pure": Entry(CallsPure, ROW, output, wraps=["pure"], plain=True),
    "calls_encode": Entry(CallsEncode, ROW, lambda m, x: {"enc": m.enc.encode(x), "enc#0": m.enc.encode(x), "output": m(x)}, ["Encoder"], plain=True),
    "calls_both": Entry(CallsBoth, ROW, lambda m, x: {"enc": m.enc.both(x), "enc[1]": m.enc.both(x)[1], "output": m(x)}, ["Encoder"], plain=True),
    "mixes_methods": Entry(MixesMethods, ROW, lambda m, x: {"enc#0": x, "enc#1": m.enc(x), "enc#2": m.enc.encode(x), "enc": m.enc.parts(x), "enc.h": m.enc.fc(x), "output": m(x)}, ["Encoder"], plain=True),
    "own_forward1": Entry(CallsOwnForward1, ROW, lambda m, x: {"own#0": m.own.forward1(x), "own": m(x), "output": m(x)}, ["OwnForward1"], plain=True),
    "hooks": Entry(Hooked, ROW, hooked_values, ["Layer"], plain=True),
    "prefixes": Entry(Prefixes, ROW, prefix_values, plain=True),
    "two_paths": Entry(TwoPaths, ROW, two_paths_values, ["Layer"], plain=True),
    "two_paths_traced": Entry(TwoPaths, ROW, two_paths_values, plain=True, traced=True),
    "siamese": Entry(Siamese, ROW * 2, siamese_values, plain=True),
    "siamese_traced": Entry(Siamese, ROW * 2, siamese_values, plain=True, traced=True),
    "siamese_traced_bare": Entry(Siamese, ROW * 2, siamese_values, plain=True, traced=True),
}


class IntList(list):
    """Is pickled as the runtime pickles a list of integers, and as it wants to find it again."""

    def __reduce__(self):
        return torch.jit._pickle.build_intlist, (list(self),)


def short_traces(path, bare):
    """Cuts the paths in the stack traces of a traced archive down to file names; or, `bare`, leaves them out."""

    def short(text):
        lines = text.split("\n") if isinstance(text, str) else [text]
        return "\n".join(line.rsplit("/", 1)[-1] for line in lines) if isinstance(text, str) else text

    def walk(value):
        if isinstance(value, tuple):
            return tuple(walk(item) for item in value)
        if isinstance(value, list):
            return IntList(value) if all(isinstance(item, int) for item in value) else [walk(item) for item in value]
        return short(value)

    with zipfile.ZipFile(path) as source:
        records = [(info, source.read(info)) for info in source.infolist()]
    with zipfile.ZipFile(path, "w") as target:
        for info, data in records:
            if info.filename.endswith(".debug_pkl"):
                if bare:
                    continue
                data = pickle.dumps(walk(pickle.loads(data)), protocol=2)
            fresh = zipfile.ZipInfo(info.filename, date_time=(1980, 1, 1, 0, 0, 0))
            fresh.compress_type = zipfile.ZIP_DEFLATED if "/data/" not in info.filename else zipfile.ZIP_STORED
            target.writestr(fresh, data)


def archive(name, model, inputs, path):
    if not ENTRIES[name].traced:
        torch.jit.script(model).save(str(path))
        return
    torch.jit.trace(model, inputs, check_trace=False).save(str(path))
    short_traces(path, bare=name.endswith("_bare"))


def build(name):
    entry = ENTRIES[name]
    torch.manual_seed(1)
    model = entry.make().eval()
    inputs, shift = [], 0
    for shape in entry.shapes:
        inputs.append(formula(shape, shift=shift))
        shift += inputs[-1].numel()
    path = FIXTURES / "calls" / f"{name}.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    archive(name, model, tuple(inputs), path)
    if left := machine_paths(path):
        raise ValueError(f"names files of this machine: {left[:3]}")
    with torch.no_grad():
        # A fresh model: some keep what they saw.
        values = {request: encode(value) for request, value in entry.values(model, *inputs).items()}
        torch.manual_seed(1)
        again = encode(torch.jit.load(str(path))(*inputs))
        if "output" in values and not close(values["output"], again):
            raise ValueError(f"the archive disagrees:\n{values['output']}\n{again}")
        torch.manual_seed(1)
        model = entry.make().eval()
        model(*inputs)
        values["second"] = encode(model(*inputs))
    golden = {"shapes": entry.shapes, "values": values, "leaves": list(entry.leaves), "wraps": list(entry.wraps), "plain": entry.plain}
    return golden, path.stat().st_size


def make(names=None):
    goldens, total = {}, 0
    for name, result in in_processes(build, names or list(ENTRIES)):
        if result:
            goldens[name], size = result
            total += size
    print(f"calls: {len(goldens)} archives, {total} bytes")
    if not names:
        write_json(FIXTURES / "calls/goldens.json", goldens)
