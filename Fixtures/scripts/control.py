"""Control flow that data decides, often only after some rounds: what a loop left behind before it was kept whole, what
blocks change in the containers around them, and values that are not set on every way.

The same form as the constructs; each case takes another way through the code.
"""
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn

from constructs import Case, Construct, I, build_in, make_in


class Break(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        for i in range(4):
            x = self.fc(x) + x
            if bool(x.abs().max() > 1.0):
                break
        return x


class Return(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        for i in range(3):
            if bool(x.sum() > 10):
                return x * 2
            x = x + 1
        return x


class While(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        i = 0
        while i < 5:
            x = x * 1.5
            i += 1
            if float(x.sum()) > 2.0:
                break
        return x + i


class Nested(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        for i in range(2):
            for j in range(3):
                if bool(x.sum() > 4):
                    break
                x = x + 1
        return x


class NestedOuter(nn.Module):
    """The outer loop is the one that data ends; the inner one's number of rounds is known."""

    def forward(self, x: Tensor) -> Tensor:
        seen: List[int] = []
        for i in range(3):
            for j in range(2):
                seen.append(10 * i + j)
                x = x + 1
            if bool(x.sum() > 20):
                break
        return x * len(seen) + seen[-1]


class Decoder(nn.Module):
    """Stops at a token, and has collected what it gave until then."""

    def __init__(self):
        super().__init__()
        self.embedding, self.cell, self.out = nn.Embedding(7, 4), nn.GRUCell(4, 4), nn.Linear(4, 7)

    def forward(self, x: Tensor) -> Tensor:
        token = torch.zeros(x.size(0), dtype=torch.long)
        outs: List[Tensor] = []
        for i in range(5):
            x = self.cell(self.embedding(token), x)
            logits = self.out(x)
            token = logits.argmax(-1)
            outs.append(logits)
            if bool((token == 3).all()):
                break
        return torch.stack(outs, 1)


def settle(x: Tensor, steps: List[float]) -> Tensor:
    for i in range(4):
        steps.append(float(i))
        y = x * 0.5
        if bool((x - y).abs().max() < 0.1):
            return y
        x = y
    return x


class HelperWithLoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def refine(self, x: Tensor, steps: List[float]) -> Tensor:
        y = settle(self.fc(x), steps)
        steps.append(7.0)
        return y

    def forward(self, x: Tensor) -> Tensor:
        steps: List[float] = []
        x = self.refine(x, steps)
        return settle(x, steps) * len(steps) + steps[-1]


class Exits(nn.Module):
    """A child that leaves early, in a parent that goes on."""

    def __init__(self):
        super().__init__()
        self.before, self.blocks = nn.Linear(4, 4), nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        x = self.before(x)
        for block in self.blocks:
            x = torch.relu(block(x)) + x
            if bool(x.sum() > 1.0):
                return x * 10
        return x


class EarlyExit(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.exits, self.head = nn.Linear(4, 4), Exits(), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.exits(self.stem(x)))


class WhileAppends(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        go = True
        found: List[Tensor] = []
        while go:
            found.append(x)
            x = x + 1
            go = bool(x.sum() < 30)
        return torch.stack(found)


class AppendsBoth(nn.Module):
    """Lists, a list of lists and a dictionary, filled before, in and after a loop that data ends."""

    def forward(self, x: Tensor) -> Tuple[Tensor, List[int], Dict[str, int], Tensor]:
        found: List[Tensor] = [x]
        counts: List[int] = [1]
        table: Dict[str, int] = {"rounds": 0, "all": 0}
        for i in range(4):
            found.append(x * i)
            counts.extend([i, i])
            table["rounds"] += 1
            if i == 1:
                counts.pop(0)
            if bool(found[-1].sum() > 1.0):
                table["early"] = i
                break
        found.append(-x)
        counts.append(9)
        table["all"] = len(found)
        return torch.stack(found), counts, table, x + table["rounds"] + len(counts)


class Counter:
    def __init__(self):
        self.count: int = 0
        self.seen: List[int] = []

    def add(self, n: int):
        self.count += n
        self.seen.append(n)


class ObjectInLoop(nn.Module):
    """An object that rounds change before data ends the loop."""

    def forward(self, x: Tensor) -> Tensor:
        return self.child(x)

    def __init__(self):
        super().__init__()
        self.child = ObjectInLoopChild()


class ObjectInLoopChild(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        counter = Counter()
        for i in range(3):
            counter.add(i + 1)
            x = x + counter.count
            if bool(x.sum() > 20):
                break
        return x * counter.count + len(counter.seen)


class OneOfTwoLists(nn.Module):
    """A block gives one of two lists, and what is put into it later is in that one too."""

    def forward(self, x: Tensor) -> Tensor:
        first: List[Tensor] = [x]
        second: List[Tensor] = [x, x]
        if bool(x.sum() > 0):
            chosen = first
        else:
            chosen = second
        chosen.append(x * 2)
        return x * (10 * len(first) + len(second))


class IfAppends(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        found: List[Tensor] = [x]
        sizes: Dict[str, Tensor] = {}
        if bool(x.sum() > 0):
            found.append(x * 2)
            sizes["a"] = x + 1
        else:
            sizes["a"] = x - 1
        found.append(x * 3)
        return torch.stack(found).sum(0) + sizes["a"] * len(found)


class ListOfLists(nn.Module):
    """A block changes a list within a list; the way through the outer one shows it."""

    def forward(self, x: Tensor) -> Tensor:
        nested: List[List[Tensor]] = [[x], [x, x]]
        if bool(x.sum() > 0):
            nested[0].append(x * 2)
        return x * len(nested[0]) + len(nested[1])


class FailsInHelper(nn.Module):
    """A helper that changes a list and then does what can't be traced."""

    def helper(self, x: Tensor, seen: List[int]) -> Tensor:
        seen.append(1)
        for i in range(2):
            seen.append(2)
            if bool(x.sum() > i):
                return x + 1
        return x - 1

    def forward(self, x: Tensor) -> Tensor:
        seen: List[int] = []
        x = self.helper(x, seen)
        return x * len(seen)


class SetOnOneWay(nn.Module):
    """Returns within blocks within blocks: on some ways the result is set late."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor, mask: Optional[Tensor] = None) -> Tensor:
        if mask is not None:
            if bool(mask.any()):
                if bool(x.sum() > 0):
                    return self.a(x)
                x = x + 1
            x = x * 2
        for i in range(2):
            if bool(x.sum() > 3):
                return self.b(x)
            x = x + 0.5
        return x


class Detector(nn.Module):
    """Walks over frames with a state, as detectors of speech do."""

    def __init__(self):
        super().__init__()
        self.cell, self.out = nn.GRUCell(4, 4), nn.Linear(4, 1)

    def forward(self, x: Tensor, state: Optional[Tensor] = None) -> Tuple[Tensor, Tensor]:
        if state is None:
            state = torch.zeros(x.size(1), 4)
        outs: List[Tensor] = []
        for i in range(x.size(0)):
            state = self.cell(x[i], state)
            p = torch.sigmoid(self.out(state))
            outs.append(p)
            if bool((p > 0.9).all()):
                return torch.cat(outs), state
        return torch.cat(outs), state


def encoder(layers=1, **options):
    layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True, **options)
    return nn.TransformerEncoder(layer, layers, enable_nested_tensor=False) if layers else layer


class Encoder(nn.Module):
    """Traced through by the layer that returns early where it can use a fused kernel."""

    def __init__(self, layers: int):
        super().__init__()
        self.inner, self.head = encoder(layers), nn.Linear(4, 2)

    def forward(self, x: Tensor, mask: Optional[Tensor] = None, padding: Optional[Tensor] = None) -> Tensor:
        return self.head(self.inner(x, mask, padding))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = encoder(0, norm_first=True)

    def forward(self, x: Tensor, mask: Optional[Tensor] = None, padding: Optional[Tensor] = None) -> Tensor:
        return self.inner(x, mask, padding)


X, Y = I(2, 4), I(2, 4, shift=101)
MASK, PADDING = I(3, 3, dtype=torch.bool), I(2, 3, dtype=torch.bool, shift=3)

CONSTRUCTS = {
    "loop_break": Construct(Break, Case(X), Case(Y), Case(I(2, 4, shift=5))),
    "loop_return": Construct(Return, Case(X), Case(I(20, 4, shift=101))),
    "while_break": Construct(While, Case(X), Case(Y)),
    "nested_break": Construct(Nested, Case(X), Case(I(7, 4))),
    "nested_outer_break": Construct(NestedOuter, Case(X), Case(I(1, 4)), Case(I(9, 4))),
    "decoder": Construct(Decoder, Case(I(2, 4)), Case(I(1, 4, shift=101)), Case(I(3, 4, shift=7))),
    "helper_with_loop": Construct(HelperWithLoop, Case(X), Case(Y)),
    "early_exit": Construct(EarlyExit, Case(X), Case(I(8, 4, shift=101))),
    "while_appends": Construct(WhileAppends, Case(X), Case(I(30, 4))),
    "appends": Construct(AppendsBoth, Case(X), Case(Y), Case(I(2, 4, shift=5))),
    "object_in_loop": Construct(ObjectInLoop, Case(X), Case(I(1, 2))),
    "one_of_two_lists": Construct(OneOfTwoLists, Case(X), Case(Y)),
    "if_appends": Construct(IfAppends, Case(X), Case(Y)),
    "list_of_lists": Construct(ListOfLists, Case(X), Case(Y)),
    "fails_in_helper": Construct(FailsInHelper, Case(X), Case(Y)),
    "set_on_one_way": Construct(SetOnOneWay, Case(X), Case(X, I(2, dtype=torch.bool)), Case(Y, I(3, dtype=torch.bool)), Case(I(9, 4, shift=101))),
    "detector": Construct(Detector, Case(I(3, 1, 4)), Case(I(2, 1, 4, shift=5), I(1, 4))),
    "transformer_encoder": Construct(
        lambda: Encoder(2), Case(I(2, 3, 4)), Case(I(2, 3, 4), I(3, 3)), Case(I(2, 3, 4), None, PADDING), Case(I(2, 3, 4), MASK, PADDING), hooks=False),
    "transformer_layer": Construct(Layer, Case(I(2, 3, 4)), Case(I(2, 3, 4), I(3, 3)), Case(I(2, 3, 4), None, PADDING), hooks=False),
}


def build(name):
    return build_in("control", name, CONSTRUCTS[name])


def make(names=None):
    make_in("control", build, list(CONSTRUCTS), names)
