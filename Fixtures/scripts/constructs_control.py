"""Control flow: branches, loops, guards, blocks; on concrete values, on shapes, and on data."""
from typing import List, Tuple

import torch
from torch import Tensor, nn

from constructs import Case, Construct, I


class EarlyReturn(nn.Module):
    def __init__(self, deep: bool):
        super().__init__()
        self.deep = deep
        self.fc1, self.fc2 = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc1(x)
        if not self.deep:
            return x
        if x.dim() == 3:
            return x.mean(1)
        else:
            x = x * 2
        return self.fc2(x)


class BreakContinue(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        for i in range(10):
            if i == 1:
                continue
            if i > 4:
                break
            x = x + i
        return x


class ReturnInLoop(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        for i in range(10):
            x = x * 2
            if i == 2:
                return x + 1
        return x


class WhileConcrete(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        n = 0
        while n < 3:
            x = x + n
            n += 1
        while True:
            x = x * 2
            n -= 1
            if n < 2:
                break
        return x


class WhileOnData(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc(x)
        while bool(x.abs().sum() > 1.0):
            x = x * 0.5
        return torch.relu(x)


class IfOnData(nn.Module):
    def __init__(self):
        super().__init__()
        self.before, self.positive, self.negative = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        y = self.before(x)
        if bool(x.sum() > 0):
            y = self.positive(y)
        else:
            y = self.negative(y) - 1
        return y + 1


class IfOnDataInChild(nn.Module):
    """The innermost module that cannot be traced is the child."""

    def __init__(self):
        super().__init__()
        self.stem, self.child, self.head = nn.Linear(4, 4), IfOnData(), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.child(torch.relu(self.stem(x))))


class IfOnItem(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        value = x.max().item()
        if value > 0.25:
            return x / value
        return x


class IfOnShape(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide, self.narrow = nn.AdaptiveAvgPool2d(2), nn.AdaptiveMaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] > 4:
            return self.wide(x)
        return self.narrow(x)


class ForOverSize(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        total = torch.zeros(x.size(1))
        for i in range(x.size(0)):
            total = total + x[i] * i
        return total


class ForOverTensor(nn.Module):
    def forward(self, x: Tensor) -> List[Tensor]:
        out: List[Tensor] = []
        for row in x:
            out.append(row * 2)
        return out


class ForOverListArgument(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, xs: List[Tensor]) -> Tensor:
        total = torch.zeros(1, 4)
        for i, x in enumerate(xs):
            total = total + self.fc(x) * (i + 1)
        return total


class ForWithStep(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        for i in range(6, 0, -2):
            for j in range(i):
                if j % 2 == 0:
                    x = x + j
        for name, step in zip(["a", "bb"], [1.0, 2.0]):
            x = x * step + len(name)
        return x


class AssertConcrete(nn.Module):
    def __init__(self):
        super().__init__()
        self.groups = 2

    def forward(self, x: Tensor) -> Tensor:
        assert self.groups == 2, "two groups"
        if self.groups > 4:
            raise ValueError("too many groups")
        return x * self.groups


class AssertOnShape(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        torch._assert(x.shape[1] == 4, "four features")
        if x.dim() != 2:
            raise ValueError(f"expected 2 dimensions, got {x.dim()}")
        return x + 1


class AssertOnData(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        assert bool(x.sum() < 0), "a negative sum"
        y = self.fc(x)
        if bool(torch.isnan(y).any()):
            raise ValueError("not a number")
        return y


class Ternary(nn.Module):
    def __init__(self):
        super().__init__()
        self.flag = True

    def forward(self, x: Tensor) -> Tensor:
        y = x + 1 if self.flag else x - 1
        z = y * 2 if not self.flag or x.dim() == 7 else y * 3
        return z if self.flag and x.dim() == 2 else -z


class BooleanLogic(nn.Module):
    def forward(self, x: Tensor, a: bool, b: bool) -> Tensor:
        if a and not b:
            x = x + 1
        elif a or b:
            x = x + 2
        if not (a == b):
            x = x * 3
        return x


class VariableFromBothBranches(nn.Module):
    def forward(self, x: Tensor, n: int) -> Tuple[Tensor, int]:
        if n > 2:
            y, k = x * n, 1
        else:
            y, k = x + n, 2
        return y + k, k


class NoGrad(nn.Module):
    def __init__(self):
        super().__init__()
        self.frozen, self.head = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            y = self.frozen(x)
            y = y * 2
        return self.head(y)


class Autocast(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            y = self.body(x)
        return y, self.head(y.float())


def double(x: Tensor) -> Tensor:
    return x * 2


class ForkWait(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        future = torch.jit.fork(double, x)
        y = self.fc(x)
        return y + torch.jit.wait(future)


class ForkModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        future = torch.jit.fork(self.left, x)
        return self.right(x) + torch.jit.wait(future)


def leaf_function(x: Tensor) -> int:
    return int(x)


class LeafModule(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        int(x.sum())
        return nn.functional.relu(x + 4)


class LeafModuleAndFunction(nn.Module):
    """torchvision's example of a module and a function that have to be leaves, their conversions left in the graph."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 1, 3)
        self.leaf_module = LeafModule()

    def forward(self, x: Tensor) -> Tensor:
        n = leaf_function(x.sum())
        x = self.conv(x)
        return self.leaf_module(x) + n


class LeafOnShape(nn.Module):
    """The same example as torchvision writes it: the conversions are of a size."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 1, 3)
        self.leaf_module = LeafOnShapeModule()

    def forward(self, x: Tensor) -> Tensor:
        int(x.shape[0])
        x = self.conv(x)
        return self.leaf_module(x)


class LeafOnShapeModule(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        int(x.shape[0])
        return nn.functional.relu(x + 4)


X = I(2, 4)

CONSTRUCTS = {
    "early_return_deep": Construct(lambda: EarlyReturn(True), Case(X), Case(I(2, 3, 4))),
    "early_return_shallow": Construct(lambda: EarlyReturn(False), Case(X)),
    "break_continue": Construct(BreakContinue, Case(X)),
    "return_in_loop": Construct(ReturnInLoop, Case(X)),
    "while_concrete": Construct(WhileConcrete, Case(X)),
    "while_on_data": Construct(WhileOnData, Case(X), Case(I(20, 4))),
    "if_on_data": Construct(IfOnData, Case(X), Case(I(2, 4, shift=101))),
    "if_on_data_in_child": Construct(IfOnDataInChild, Case(X), Case(I(2, 4, shift=101))),
    "if_on_item": Construct(IfOnItem, Case(X), Case(I(1, 2))),
    "if_on_shape": Construct(IfOnShape, Case(I(1, 2, 4, 4)), Case(I(1, 2, 4, 8))),
    "for_over_size": Construct(ForOverSize, Case(I(3, 2)), Case(I(5, 2))),
    "for_over_tensor": Construct(ForOverTensor, Case(I(3, 2)), Case(I(5, 2))),
    "for_over_list_argument": Construct(ForOverListArgument, Case([I(1, 4), I(1, 4, shift=4)]), Case([I(1, 4)])),
    "for_with_step": Construct(ForWithStep, Case(X)),
    "assert_concrete": Construct(AssertConcrete, Case(X)),
    "assert_on_shape": Construct(AssertOnShape, Case(X), Case(I(2, 3), raises="four features"), Case(I(2, 4, 1), raises="expected 2 dimensions")),
    "assert_on_data": Construct(AssertOnData, Case(I(2, 4)), Case(I(2, 4, shift=101), raises="a negative sum")),
    "ternary": Construct(Ternary, Case(X)),
    "boolean_logic": Construct(BooleanLogic, Case(X, True, False), Case(X, False, True), Case(X, True, True), Case(X, False, False)),
    "variable_from_branches": Construct(VariableFromBothBranches, Case(X, 1), Case(X, 5)),
    "no_grad": Construct(NoGrad, Case(X)),
    "autocast": Construct(Autocast, Case(X)),
    "fork_wait": Construct(ForkWait, Case(X)),
    "fork_module": Construct(ForkModule, Case(X)),
    "leaf_module_and_function": Construct(LeafModuleAndFunction, Case(I(1, 3, 4, 4))),
    "leaf_on_shape": Construct(LeafOnShape, Case(I(1, 3, 4, 4))),
}
