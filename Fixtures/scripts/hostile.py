"""Archives that are whole as zip files go, and that attack whoever loads them."""
import io
import pickle
import pickletools
from typing import List, Tuple

import torch
from torch import nn

from bad import archive, rewritten
from common import FIXTURES


class Names(nn.Module):
    """Has a list among its attributes."""

    def __init__(self):
        super().__init__()
        self.names = ["a", "b"]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + len(self.names)


class Weight(nn.Module):
    """Reads its parameter's storage, however long that says it is."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.arange(4.0), requires_grad=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.as_strided(self.w, [8192], [1], 0) + x


class StateGrows(nn.Module):
    """Its state is small when it is saved here, and without end when it is saved after it was loaded."""

    def __init__(self):
        super().__init__()
        self.count = 1

    @torch.jit.export
    def __getstate__(self) -> Tuple[int, bool]:
        numbers: List[int] = []
        for i in range(self.count):
            numbers.append(i)
        return len(numbers), self.training

    @torch.jit.export
    def __setstate__(self, state: Tuple[int, bool]):
        self.count = state[0] << 40
        self.training = state[1]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + 1


def with_constant():
    values = torch.arange(4.0)
    return torch.jit.freeze(torch.jit.trace(AddsConstant(values), torch.zeros(4)).eval())


class AddsConstant(nn.Module):
    def __init__(self, values):
        super().__init__()
        self.values = values

    def forward(self, x):
        return x + self.values


def saved(module):
    """An archive without its table of source lines, which has the paths of the machine that traced it."""
    buffer = io.BytesIO()
    torch.jit.save(module, buffer)
    return rewritten(buffer.getvalue(), lambda n, c: None if n.endswith(".debug_pkl") else c)


def changed(data, ending, change):
    """An archive with the records of that ending changed."""
    return rewritten(data, lambda name, content: change(content) if name.endswith(ending) else content)


def claiming(record, elements):
    """Changes the number of elements that the first storage claims."""
    operations = list(pickletools.genops(record))
    at = next(i for i, (o, _, _) in enumerate(operations) if o.name == "BINPERSID")
    while not operations[at][0].name.startswith("BININT"):
        at -= 1
    return record[: operations[at][2]] + b"J" + elements.to_bytes(4, "little") + record[operations[at + 1][2] :]


def number(record, position, value):
    """Changes one of the numbers after the first storage: the tensor's offset, then its sizes."""
    operations = list(pickletools.genops(record))
    at = next(i for i, (o, _, _) in enumerate(operations) if o.name == "BINPERSID")
    at = [i for i in range(at, len(operations)) if operations[i][0].name == "BININT1"][position]
    return record[: operations[at][2]] + b"J" + value.to_bytes(4, "little", signed=True) + record[operations[at + 1][2] :]


def after(record, name, addition, instead=False):
    """Puts instructions after the first one of a name, or in its place."""
    operations = list(pickletools.genops(record))
    at = next(i for i, (o, _, _) in enumerate(operations) if o.name == name)
    start = operations[at + (0 if instead else 1)][2]
    return record[:start] + addition + record[operations[at + 1][2] :]


def code(line):
    """An archive whose forward computes `a` with a line, as the runtime's parser reads it."""
    text = f"""class Names(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  names : List[str]
  def forward(self: __torch__.hostile.Names,
    x: Tensor) -> Tensor:
    a = {line}
    return torch.add(x, torch.len(torch.format("{{}}", a)))
"""
    data = archive(Names())
    data = rewritten(data, lambda n, c: None if n.endswith(".debug_pkl") else c)
    return changed(data, "hostile.py", lambda c: text.encode())


def blocks(depth):
    """An archive whose forward has conditions within conditions."""
    body = "".join("  " * (i + 2) + f"if torch.eq({i}, {i}):\n" for i in range(depth)) + "  " * (depth + 2) + "pass\n"
    data = rewritten(archive(Names()), lambda n, c: None if n.endswith(".debug_pkl") else c)
    return changed(data, "hostile.py", lambda c: c.replace(b"    return", body.encode() + b"    return", 1))


FILES = {
    # Memory that is not the file's.
    "claiming_storage.pt": lambda: changed(archive(Weight()), "data.pkl", lambda c: claiming(c, 16384)),
    "claiming_constant.pt": lambda: changed(saved(with_constant()), "constants.pkl", lambda c: claiming(c, 16384)),
    "reaching_tensor.pt": lambda: changed(archive(Weight()), "data.pkl", lambda c: number(c, 1, 8192)),
    "offset_before.pt": lambda: changed(archive(Weight()), "data.pkl", lambda c: number(c, 0, -16)),
    # What a recursive walk, or a reader that trusts its file, does not survive.
    "self_holding_list.pt": lambda: changed(archive(Names()), "data.pkl", lambda c: after(c, "EMPTY_LIST", b"q\x40h\x40a")),
    "deep_tuples.pt": lambda: changed(archive(Names()), "data.pkl", lambda c: after(c, "NONE", b"\x85" * 5_000)),
    "shared_tuples.pt": lambda: changed(archive(Names()), "data.pkl", lambda c: after(c, "NONE", b"q\xf0h\xf0\x86" * 40)),
    "memo_index.pt": lambda: changed(archive(Names()), "data.pkl", lambda c: after(c, "NONE", b"r\xff\xff\xff\x7f")),
    "long_string.pt": lambda: changed(archive(Names()), "data.pkl", lambda c: after(c, "NONE", b"X\xff\xff\xff\x7f")),
    "empty_stack.pt": lambda: changed(archive(Names()), "data.pkl", lambda c: b"\x80\x02a."),
    # The table of source lines, which the runtime reads while it words an error.
    "damaged_sources.pt": lambda: changed(archive(Names()), ".debug_pkl", lambda c: b"\x80\x02" + b" " * (len(c) - 2)),
    "other_sources.pt": lambda: changed(archive(Names()), ".debug_pkl", lambda c: pickle.dumps((1, 2), protocol=2)),
    # Code that the runtime's parser, which is recursive, does not survive.
    "deep_brackets.pt": lambda: code("(" * 5_000 + "0" + ")" * 5_000),
    "deep_types.pt": lambda: code("annotate(" + "List[" * 2_000 + "int" + "]" * 2_000 + ", [])"),
    "long_chain.pt": lambda: code("0" + " + 1" * 5_000),
    "deep_blocks.pt": lambda: blocks(150),
}

#: Faults of the runtime's own: what is constant is computed while an archive is loaded.
OWN = {
    "crash.pt": lambda: code("torch.promote_types(1, 1000000)"),
    "state_grows.pt": lambda: saved(torch.jit.script(StateGrows().eval())),
    "endless.pt": lambda: code('ops.aten.count(" ", "", -1, 1)'),
    "memory.pt": lambda: code('ops.aten.replace(" ", "", "a,b,c", -1)'),
}


def make(names=None):
    folder = FIXTURES / "hostile"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (FILES | OWN).items():
        if names and name not in names:
            continue
        torch.manual_seed(0)
        (folder / name).write_bytes(content())
        print(f"hostile/{name}: {(folder / name).stat().st_size} bytes")
