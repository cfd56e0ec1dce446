"""Values that are not tensors: lists, tuples, dictionaries, optionals, strings, enums, classes."""
import enum
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

import torch
from torch import Tensor, nn

from constructs import Case, Construct, I


class NestedLists(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x: Tensor) -> List[List[Tensor]]:
        y = self.conv(x)
        rows: List[List[Tensor]] = []
        for i in range(2):
            row: List[Tensor] = []
            for j in range(3):
                row.append(y * (i + 1) + j)
            rows.append(row)
        return rows


class ListOperations(nn.Module):
    def forward(self, x: Tensor) -> List[Tensor]:
        parts = [x, x + 1, x + 2, x + 3]
        parts.append(x * 2)
        last = parts.pop()
        first = parts.pop(0)
        parts.extend([last, first])
        parts.insert(1, x - 1)
        parts[0] = parts[0] - parts[-1]
        parts.reverse()
        tail = parts[1:4]
        both = tail + [first]
        if len(both) != 4:
            both.clear()
        return both[::-1]


class ListOfNumbers(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        sizes = list(x.shape)
        sizes.sort()
        widths = [1, 2, 3] * 2
        total = sum(widths) + max(sizes) + min(widths)
        doubled = [w * 2 for w in widths[1:]]
        present = 3 in widths
        return x * total + len(doubled) + doubled[-1] + int(present) + widths.index(3) + widths.count(2)


class TupleUnpacking(nn.Module):
    def pair(self, x: Tensor) -> Tuple[Tensor, Tuple[int, Tensor]]:
        return x + 1, (3, x * 2)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        a, (n, b) = self.pair(x)
        c = (a, b, n)
        a, b = b, a
        return c[0] + a * c[2], c[:2][1] - b


class Corners(NamedTuple):
    low: Tensor
    high: Tensor
    count: int = 2


class NamedTuples(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Corners:
        y = self.linear(x)
        c = Corners(y.clamp(max=0.0), y.clamp(min=0.0))
        return Corners(low=c.low + c.count, high=c[1], count=c.count + 1)


class StringKeys(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 2, 1)

    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        out: Dict[str, Tensor] = {}
        out["low"] = self.conv1(x)
        out["high"] = self.conv2(out["low"])
        return out


class IntKeys(nn.Module):
    def forward(self, x: Tensor) -> Dict[int, Tensor]:
        out = {7: x, -1: x + 1}
        out[3] = out[7] * out[-1]
        return out


class DictionaryOperations(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Dict[str, Tensor], int]:
        d = {"a": x, "b": x + 1, "c": x + 2}
        if "b" in d:
            del d["b"]
        popped = d.pop("c")
        d["d"] = popped * d.get("missing", x)
        total = 0
        for key, value in d.items():
            total += len(key) + value.dim()
        for key in d.keys():
            if key == "d":
                total += 100
        d.update({"e": d.setdefault("a", popped) + 1})
        for value in d.values():
            total += value.size(0)
        return d, total + len(d)


class OptionalArgument(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: Tensor, mask: Optional[Tensor] = None, scale: Optional[float] = None) -> Tensor:
        y = self.linear(x)
        if mask is not None:
            y = y * mask
        if scale is None:
            scale = 2.0
        return y * scale


class OptionalAttribute(nn.Module):
    bias: Optional[Tensor]
    steps: Optional[int]

    def __init__(self, bias):
        super().__init__()
        self.bias = bias
        self.steps = None
        self.downsample: Optional[nn.Module] = None

    def forward(self, x: Tensor) -> Tensor:
        bias = self.bias
        if bias is not None:
            x = x + bias
        if self.downsample is not None:
            x = self.downsample(x)
        steps = self.steps
        return x if steps is None else x * steps


class OptionalOutput(nn.Module):
    def forward(self, x: Tensor, want: bool) -> Tuple[Tensor, Optional[Tensor]]:
        extra: Optional[Tensor] = None
        if want:
            extra = x.sum()
        return x + 1, extra


class Strings(nn.Module):
    name: str

    def __init__(self):
        super().__init__()
        self.name = "block"

    def forward(self, x: Tensor) -> Tuple[Tensor, str]:
        text = f"{self.name}_{x.dim()}"
        text += "/{}:{}".format(len(text), x.size(1))
        text = text.upper() + "-%d" % 5
        parts = text.split("/")
        if parts[0].startswith("BLOCK") and text.endswith("5"):
            x = x * len(parts)
        return x, ",".join(parts).replace("_", " ").strip()


class NonASCIIStrings(nn.Module):
    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        return {"größe": x + 1, "層": x * 2, 'quote"\\': x - 1}


class Comprehensions(nn.Module):
    def forward(self, xs: List[Tensor]) -> List[Tensor]:
        doubled = [x * 2 for x in xs]
        sizes = [x.size(0) for x in doubled]
        return [d + float(s) for d, s in zip(doubled, sizes)]


class DictionaryComprehension(nn.Module):
    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        names = ["a", "b"]
        return {n: x + i for i, n in enumerate(names)}


class InstanceChecks(nn.Module):
    def forward(self, x: Tensor, other: Union[Tensor, int]) -> Tensor:
        if isinstance(other, int):
            x = x + other
        else:
            x = x * other
        if isinstance(x, Tensor):
            x = x - 1
        return x


class AnyValue(nn.Module):
    def forward(self, value: Any) -> Tensor:
        if isinstance(value, Tensor):
            return value + 1
        return torch.zeros(2)


class Mode(enum.Enum):
    ADD = 1
    MULTIPLY = 2


class EnumAttribute(nn.Module):
    def __init__(self, mode: Mode):
        super().__init__()
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        if self.mode == Mode.ADD:
            x = x + self.mode.value
        elif self.mode == Mode.MULTIPLY:
            x = x * 3
        return x * len(self.mode.name)


@torch.jit.script
class Accumulator:
    def __init__(self, start: Tensor):
        self.total = start
        self.count = 0

    def add(self, x: Tensor) -> None:
        self.total = self.total + x
        self.count += 1

    def mean(self) -> Tensor:
        return self.total / self.count


class ScriptClass(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        accumulator = Accumulator(torch.zeros_like(x))
        for i in range(3):
            x = self.linear(x)
            accumulator.add(x)
        return accumulator.mean() + accumulator.count


class MultipleInputsAndOutputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Linear(4, 3)
        self.right = nn.Linear(5, 3)

    def forward(self, a: Tensor, b: Tensor, weight: float = 0.5) -> Tuple[Tensor, Dict[str, Tensor], List[int]]:
        x, y = self.left(a), self.right(b)
        return x + weight * y, {"left": x, "right": y}, [x.size(0), y.size(1)]


class ListInput(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)

    def forward(self, images: List[Tensor]) -> List[Tensor]:
        out: List[Tensor] = []
        for image in images:
            out.append(self.conv(image))
        return out


class DictionaryInput(nn.Module):
    def forward(self, features: Dict[str, Tensor]) -> Tensor:
        total = features["a"] + features["b"]
        if "c" in features:
            total = total * features["c"]
        return total


class NestedOutput(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Dict[str, Tuple[Tensor, List[Tensor]]]:
        y = self.fc(x)
        return {"attn": (y, [y + 1, y + 2]), "rest": (x, [x.sum()])}


class NumberOutputs(nn.Module):
    def forward(self, x: Tensor) -> Tuple[int, float, bool, str, Optional[int]]:
        return x.size(0) * 2, x.size(1) / 4, x.dim() == 2, "done", None


class DefaultArguments(nn.Module):
    def helper(self, x: Tensor, scale: float = 2.0, dims: List[int] = (0, 1), name: str = "sum") -> Tensor:
        return x.sum(dims) * scale if name == "sum" else x.mean(dims) * scale

    def forward(self, x: Tensor, keep: bool = True) -> Tensor:
        return self.helper(x, name="mean") + self.helper(x, 3.0) + float(keep)


def optional_attribute_with_downsample():
    module = OptionalAttribute(torch.tensor([1.0, 2.0, 3.0, 4.0]))
    module.downsample = nn.Linear(4, 2)
    module.steps = 3
    return module


X = I(2, 4)
IMAGE = I(1, 3, 4, 4)

class ContainerChecks(nn.Module):
    """`isinstance` of values that are declared as unions, whose branches count."""

    many: int

    def __init__(self):
        super().__init__()
        self.many = 2

    def list_or_tensor(self, v: Union[torch.Tensor, List[torch.Tensor]]) -> int:
        return 2 if isinstance(v, list) else 3

    def typed_list(self, v: Union[torch.Tensor, List[torch.Tensor]]) -> int:
        if isinstance(v, List[torch.Tensor]):
            return 5
        return 7

    def tuple_or_tensor(self, v: Union[torch.Tensor, Tuple[torch.Tensor, int]]) -> int:
        if isinstance(v, tuple):
            return 11
        return 13

    def numbers(self, v: Union[List[int], List[str], int]) -> int:
        if isinstance(v, List[int]):
            return 23
        if isinstance(v, list):
            return 29
        return 31

    def anything(self, v: Any) -> int:
        if isinstance(v, list):
            return 1
        if isinstance(v, tuple):
            return 2
        if isinstance(v, int):
            return 3
        if isinstance(v, torch.Tensor):
            return 4
        if isinstance(v, str):
            return 5
        if isinstance(v, Dict[str, int]):
            return 6
        return 7

    def parts(self, x: torch.Tensor) -> Union[torch.Tensor, List[torch.Tensor]]:
        if self.many > 1:
            return [x, x * 2]
        return x

    def forward(self, x: torch.Tensor):
        empty: List[str] = []
        counts: Dict[str, int] = {"a": 1}
        found = [
            self.list_or_tensor([x, x]), self.list_or_tensor(x), self.typed_list([x]), self.typed_list(x + 1),
            self.tuple_or_tensor((x, 1)), self.tuple_or_tensor(x),
            self.numbers([1]), self.numbers(empty), self.numbers(4), self.anything([1]), self.anything((1, 2)),
            self.anything(3), self.anything(x), self.anything("a"), self.anything(counts), self.anything(None),
        ]
        v = self.parts(x)
        total = x * 0
        if isinstance(v, list):
            total = torch.stack(v).sum(0)
        for count in found:
            total = total * 2 + count
        return total


class FirstItem(nn.Module):
    """`popitem` takes the first entry in TorchScript."""

    def forward(self, x):
        entries = {"b": 1, "a": 2, "c": 3}
        key, value = entries.popitem()
        second, number = entries.popitem()
        return x + value * 10 + number + len(key + second) * 100 + len(entries) * 1000


class BytesOfStrings(nn.Module):
    """Strings are bytes in TorchScript: an element may be a part of a character."""

    def forward(self, x):
        text = "äö"
        count = 0
        for part in text:
            count += len(part)
        same = int(text[0] == text[2]) + 2 * int(text[1] == text[3])
        return x * len(text) + len(text[1]) * 10 + count * 100 + same * 1000


class EmptyLists(nn.Module):
    """An empty list keeps the type of its elements."""

    def forward(self, x):
        numbers: List[float] = []
        counts: List[int] = []
        flags: List[bool] = []
        return (
            torch.cat([x[0], torch.tensor(numbers)]), torch.tensor(counts), torch.tensor(flags),
            torch.tensor(counts, dtype=torch.float64), torch.as_tensor(counts),
        )


class FormattedBranch(nn.Module):
    """A formatted string that is known decides a branch."""

    def forward(self, x):
        if "{}-{}".format("a", 1) == "a-1":
            x = x + 1
        if "%s/%d" % ("b", 2) == "b/2":
            x = x * 3
        return x


CONSTRUCTS = {
    "nested_lists": Construct(NestedLists, Case(I(1, 3, 2, 2))),
    "list_operations": Construct(ListOperations, Case(X)),
    "list_of_numbers": Construct(ListOfNumbers, Case(X)),
    "tuple_unpacking": Construct(TupleUnpacking, Case(X)),
    "named_tuples": Construct(NamedTuples, Case(X)),
    "dict_string_keys": Construct(StringKeys, Case(IMAGE)),
    "dict_int_keys": Construct(IntKeys, Case(X)),
    "dict_operations": Construct(DictionaryOperations, Case(X)),
    "optional_argument": Construct(
        OptionalArgument, Case(X), Case(X, I(2, 4, shift=5)), Case(X, None, 3.0), Case(X, I(4), 0.5)
    ),
    "optional_attribute_none": Construct(lambda: OptionalAttribute(None), Case(X)),
    "optional_attribute_set": Construct(optional_attribute_with_downsample, Case(X)),
    "optional_output": Construct(OptionalOutput, Case(X, True), Case(X, False)),
    "strings": Construct(Strings, Case(X)),
    "strings_non_ascii": Construct(NonASCIIStrings, Case(X)),
    "list_comprehension": Construct(Comprehensions, Case([I(2, 2), I(3, 2)])),
    "dict_comprehension": Construct(DictionaryComprehension, Case(X)),
    "isinstance_union": Construct(InstanceChecks, Case(X, 3), Case(X, I(2, 4, shift=9))),
    "isinstance_containers": Construct(ContainerChecks, Case(X), scripted=True),
    "popitem": Construct(FirstItem, Case(X), scripted=True),
    "string_bytes": Construct(BytesOfStrings, Case(X), scripted=True),
    "empty_lists": Construct(EmptyLists, Case(X), scripted=True),
    "formatted_branch": Construct(FormattedBranch, Case(X)),
    "any_value": Construct(AnyValue, Case(X), Case(3)),
    "enum_add": Construct(lambda: EnumAttribute(Mode.ADD), Case(X)),
    "enum_multiply": Construct(lambda: EnumAttribute(Mode.MULTIPLY), Case(X)),
    "script_class": Construct(ScriptClass, Case(X)),
    "multiple_inputs_outputs": Construct(MultipleInputsAndOutputs, Case(I(2, 4), I(2, 5)), Case(I(3, 4), I(3, 5), 2.0)),
    "list_input": Construct(ListInput, Case([I(3, 4, 4), I(3, 2, 6, shift=48)])),
    "dict_input": Construct(DictionaryInput, Case({"a": X, "b": I(2, 4, shift=8)}), Case({"a": X, "b": X, "c": I(1, 4)})),
    "nested_output": Construct(NestedOutput, Case(X)),
    "number_outputs": Construct(NumberOutputs, Case(X)),
    "default_arguments": Construct(DefaultArguments, Case(X)),
}
