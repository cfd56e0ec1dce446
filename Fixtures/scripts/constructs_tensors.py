"""Tensors: writes and views, indexing, shapes, arithmetic, types, creation, functions and operators from elsewhere."""
import math
from typing import List, Optional, Tuple

import torch
import torch.nn.functional as F
import torchvision_cpu  # noqa: F401
import torchvision
from torch import Tensor, nn

from constructs import Case, Construct, I

_library = torch.library.Library("mylib", "DEF")
_library.define("twist(Tensor x, float amount) -> Tensor")


@torch.library.impl(_library, "twist", "CPU")
def _twist(x, amount):
    return torch.sin(x * amount) + x.flip(-1)


class UnusedInPlace(nn.Module):
    """The result of `mul_` is unused, its write is not."""

    def forward(self, x: Tensor) -> Tensor:
        y = x + 1
        y.mul_(2)
        return y


class ItemAssignment(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x * 1
        y[0] = 5
        y[:, 1] = y[:, 2] + 1
        y[y < 0] = 0
        y[1, ...] += 2
        y[0, 3] *= 3
        return y


class ReluOverNorm(nn.Module):
    """An in-place ReLU runs over what the batch norm returned."""

    def __init__(self):
        super().__init__()
        self.conv, self.bn, self.relu = nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn(self.conv(x))
        z = self.relu(y)
        return F.relu(z - 0.1, inplace=True) + y


class ViewWrittenLater(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        y = self.fc(x)
        view = y.view(-1)
        row = y[0]
        row.add_(10)
        total = y.sum()
        view[-1] = 7
        y.transpose(0, 1).mul_(2)
        return y + total, view.clone()


class WriteToInput(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x * 2
        x.add_(1)
        return y + x


class OutArgument(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        out = torch.zeros(2, 4)
        torch.add(x, 1, out=out)
        return out * 2


class Slicing(nn.Module):
    def forward(self, x: Tensor) -> List[Tensor]:
        return [x[:, 0], x[..., None], x[0:2, ::2], x[-1], x[1, 2], x[None, :, 1:-1], x[:, [0, 2]], x[..., -1:]]


class IndexingByTensor(nn.Module):
    def forward(self, x: Tensor, index: Tensor) -> List[Tensor]:
        mask = x > 0
        return [x[mask], x[index], x[:, index], x[index, index], torch.where(mask, x, -x), x.masked_fill(mask, 2.0)]


class SymbolicSlicing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        h = x.size(1) // 2
        return x[:, :h] * x[:, h:] + x[:, h - 1 : h]


class ChunkSplitUnbind(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        a, b = x.chunk(2, dim=1)
        c, d, e = torch.split(x, [1, 1, 2], dim=1)
        rows = x.unbind(0)
        first, second = torch.unbind(x)
        q, k = x.split(2, 1)
        return torch.cat([a * b, c, d + e, q - k], dim=1) + rows[0][0] + (first - second).sum()


class CatStackEinsum(nn.Module):
    def __init__(self):
        super().__init__()
        self.branch1, self.branch2 = nn.Linear(4, 2), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        outs = [self.branch1(x), self.branch2(x), x]
        y = torch.cat(outs, 1)
        z = torch.stack([y, y + 1], dim=0)
        return torch.einsum("kij,klj->kil", z, z * 2)


class Interpolate(nn.Module):
    def forward(self, x: Tensor, other: Tensor) -> Tensor:
        size = x.shape[-2:]
        y = F.interpolate(other, size=size, mode="nearest") + x
        y = F.interpolate(y, scale_factor=2.0, mode="bilinear", align_corners=False)
        return F.interpolate(y, size=[x.size(2), int(other.shape[3])], mode="area")


class Shapes(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, List[int], int]:
        n, c, h, w = x.shape
        sizes = x.size()
        y = x.view(n, c // 2, 2, h * w).permute(0, 2, 1, 3).contiguous().view(n, -1)
        y = y.reshape(sizes[0], -1, 2).flatten(1)
        return y.expand(3, -1, -1) + x.size(0), list(sizes), x.numel() + len(x.shape) + x.shape[-1] + x.ndim


class Arithmetic(nn.Module):
    def forward(self, x: Tensor) -> List[Tensor]:
        return [x / 3, 3 / (x + 1), x // 0.3, x % 0.3, x**2, 2**x, x @ x.t(), -x, 1 - x, abs(x), x + True, ~(x > 0)]


class IntegerArithmetic(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, List[int], List[float]]:
        a, b = x.size(0), x.size(1)
        ints = [a + b, a - b, a * b, a // b, a % b, -7 // b, -7 % b, max(a, b), min(a, b, 1), abs(a - b), a << 2, a & b, a | b, a ^ b]
        floats = [a / b, float(a), float(b**2), a**0.5, 7.5 // b, -7.5 % b, float(round(2.5)), float("inf"), -0.0]
        return x * (a + 0.5), ints, floats


class Comparisons(nn.Module):
    def forward(self, x: Tensor) -> Tuple[List[Tensor], List[bool]]:
        n = x.size(0)
        tensors = [x > 0, x >= 0.1, x < x.flip(0), x <= 0, x == x, x != 0, (x > 0) & (x < 0.3), (x > 0) | (x < -0.3), (x > 0) ^ (x < 0.1)]
        return tensors, [n == 2, n != 2, n > 1, n < 1, n >= 2, n <= 1, not (n == 2), 1 < n < 3, n in [1, 2], n is None]


class MathFunctions(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        n = x.size(1)
        k = math.ceil(n / 3) + math.floor(n / 3) + int(math.log(n)) + math.gcd(n, 6)
        return x * math.sqrt(n) + k + math.pi + math.exp(0.5) + math.pow(2.0, 3.0) + float(math.isinf(math.inf))


class SamePadding(nn.Module):
    """Padding computed from the input's size, as TensorFlow's convolutions do."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 3, stride=2)

    def pad(self, size: int, kernel: int, stride: int) -> int:
        return max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)

    def forward(self, x: Tensor) -> Tensor:
        h, w = x.size()[-2:]
        ph, pw = self.pad(h, 3, 2), self.pad(w, 3, 2)
        if ph > 0 or pw > 0:
            x = F.pad(x, [pw // 2, pw - pw // 2, ph // 2, ph - ph // 2])
        return self.conv(x)


class Creation(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        n, d = x.shape
        positions = torch.arange(d, device=x.device)
        grid = torch.zeros(n, d, dtype=x.dtype, device=x.device) + torch.ones_like(x) + torch.full([n, 1], 2.5)
        grid = grid + torch.linspace(0.0, 1.0, d) + torch.eye(d)[:n] + torch.tensor([[1.0], [2.0]]) + torch.tensor(3)
        grid = grid + x.new_zeros([n, d]) + x.new_full([1], 4.0)
        yy, xx = torch.meshgrid([torch.arange(n), positions], indexing="ij")
        return grid + yy * xx + positions[None]


class RandomInForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc(x)
        return x + torch.rand_like(x) * 0.1 + torch.randn(1) + torch.bernoulli(torch.full_like(x, 0.5))


class RandomInTraining(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            x = x + torch.randn_like(x)
        return x * 2


class Types(nn.Module):
    def forward(self, x: Tensor) -> List[Tensor]:
        half, brain = x.half(), x.to(torch.bfloat16)
        whole = (x * 10).long()
        return [half + 1, brain * 2, x.double(), whole // 3, whole % 4, whole + 0.5, half + x, x > 0, (x > 0).int() + 1, whole.type_as(x), x.to("cpu", torch.float16)]


class HalfWeights(nn.Module):
    def __init__(self, dtype: torch.dtype):
        super().__init__()
        self.fc = nn.Linear(4, 3).to(dtype)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x)


class IntegerInput(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 3)

    def forward(self, tokens: Tensor) -> Tensor:
        mask = (tokens == 0).unsqueeze(-1)
        return self.embedding(tokens).masked_fill(mask, 0.0) + tokens.sum()


class BoolInput(nn.Module):
    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return x * mask + mask.sum() + mask.logical_not().float()


class ComplexNumbers(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, complex]:
        y = torch.complex(x, x + 1) * (1 + 2j)
        spectrum = torch.fft.fft(y)
        return spectrum, torch.abs(spectrum) + y.real - y.imag, complex(1.0, 2.0)


class ComplexInput(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.view_as_real(x * x.conj() + 1j)


class TypePromotion(nn.Module):
    def forward(self, x: Tensor, n: int, f: float) -> List[Tensor]:
        whole = torch.arange(4)
        return [whole + n, whole + f, whole / 2, x + n, whole * True, torch.add(x, x, alpha=n), torch.tensor([n, 2]), torch.tensor(f)]


class ItemAndScalars(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, float, int]:
        peak = float(x.max())
        where = int(x.argmax())
        return x / peak + where, x[0, 0].item(), x.size(0) + where


class Functional(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.full((4, 3, 3, 3), 0.1))

    def forward(self, x: Tensor) -> Tensor:
        y = F.conv2d(x, self.weight, None, stride=[1, 1], padding=1)
        y = F.gelu(F.layer_norm(y, [y.size(-1)]))
        y = F.max_pool2d(y, 2) + F.avg_pool2d(y, [2, 2])
        y = F.softmax(y.flatten(1), dim=-1)
        return F.normalize(y) + F.hardtanh(y, -0.5, 0.5) + torch.sigmoid(y) + y.tanh()


class CustomOperator(nn.Module):
    """Uses `mylib::twist`, which exists where this script runs and nowhere else."""

    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc1(x)
        x = torch.ops.mylib.twist(x, 0.5)
        return self.fc2(x)


class TorchvisionOperators(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)

    def forward(self, x: Tensor, boxes: Tensor, scores: Tensor) -> Tuple[Tensor, Tensor]:
        kept = torchvision.ops.nms(boxes, scores, 0.5)
        y = self.conv(x)
        return torchvision.ops.roi_align(y, [boxes[kept]], [2, 2], 1.0, 2, True), kept


def affine(x: Tensor, scale: float, shift: Optional[Tensor] = None) -> Tensor:
    y = helper(x) * scale
    return y if shift is None else y + shift


def helper(x: Tensor) -> Tensor:
    return F.relu(x + 0.1)


class FreeFunctions(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        x = affine(x, 2.0)
        x = affine(x, 3.0, x)
        return helper(x)


class LayoutAndStrides(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x.to(memory_format=torch.channels_last)
        y = y.transpose(1, 2).contiguous()
        return torch.squeeze(y.unsqueeze(0).movedim(1, 2), 0).roll([1], [1]) + float(y.is_contiguous())


class Reductions(nn.Module):
    def forward(self, x: Tensor) -> Tuple[Tensor, List[Tensor]]:
        values, indices = x.max(dim=1)
        top, where = torch.topk(x, 2, dim=1)
        ordered = torch.sort(x, dim=1, descending=True)
        std, mean = torch.std_mean(x, dim=1)
        return values + mean * std, [indices, top, where, ordered[0], x.mean([0, 1]), x.var(), torch.norm(x), x.argmin(1)]


BOXES = [[0.0, 0.0, 3.0, 3.0], [0.1, 0.1, 3.0, 3.0], [1.0, 1.0, 4.0, 4.0]]


X = I(2, 4)
IMAGE = I(1, 3, 4, 4)
INDEX = I(2, dtype=torch.int64, shift=4)

CONSTRUCTS = {
    "unused_in_place": Construct(UnusedInPlace, Case(X)),
    "item_assignment": Construct(ItemAssignment, Case(X)),
    "relu_over_norm": Construct(ReluOverNorm, Case(IMAGE)),
    "view_written_later": Construct(ViewWrittenLater, Case(X)),
    "write_to_input": Construct(WriteToInput, Case(X)),
    "out_argument": Construct(OutArgument, Case(X)),
    "slicing": Construct(Slicing, Case(I(3, 4))),
    "indexing_by_tensor": Construct(IndexingByTensor, Case(I(4, 4), torch.tensor([2, 0]))),
    "symbolic_slicing": Construct(SymbolicSlicing, Case(X), Case(I(2, 6))),
    "chunk_split_unbind": Construct(ChunkSplitUnbind, Case(X)),
    "cat_stack_einsum": Construct(CatStackEinsum, Case(X)),
    "interpolate": Construct(Interpolate, Case(I(1, 2, 4, 4), I(1, 2, 2, 3)), Case(I(1, 2, 6, 4), I(1, 2, 2, 2))),
    "shapes": Construct(Shapes, Case(I(1, 4, 2, 3)), Case(I(2, 2, 2, 2))),
    "arithmetic": Construct(Arithmetic, Case(X)),
    "integer_arithmetic": Construct(IntegerArithmetic, Case(X), Case(I(5, 3))),
    "comparisons": Construct(Comparisons, Case(X), Case(I(1, 3))),
    "math_functions": Construct(MathFunctions, Case(X), Case(I(1, 9))),
    "same_padding": Construct(SamePadding, Case(IMAGE), Case(I(1, 3, 5, 7))),
    "creation": Construct(Creation, Case(X)),
    "random_in_forward": Construct(RandomInForward, Case(X), train=False, eval=False),
    "random_in_training": Construct(RandomInTraining, Case(X), train=False),
    "types": Construct(Types, Case(X)),
    "half_weights": Construct(lambda: HalfWeights(torch.float16), Case(I(2, 4, dtype=torch.float16))),
    "bfloat16_weights": Construct(lambda: HalfWeights(torch.bfloat16), Case(I(2, 4, dtype=torch.bfloat16))),
    "double_weights": Construct(lambda: HalfWeights(torch.float64), Case(I(2, 4, dtype=torch.float64))),
    "integer_input": Construct(IntegerInput, Case(I(2, 3, dtype=torch.int64))),
    "bool_input": Construct(BoolInput, Case(I(2, 4), I(2, 4, dtype=torch.bool))),
    "complex_numbers": Construct(ComplexNumbers, Case(X)),
    "complex_input": Construct(ComplexInput, Case(I(2, 4, dtype=torch.complex64))),
    "type_promotion": Construct(TypePromotion, Case(X, 3, 0.5)),
    "item_and_scalars": Construct(ItemAndScalars, Case(X)),
    "functional": Construct(Functional, Case(IMAGE)),
    "custom_operator": Construct(CustomOperator, Case(X)),
    "torchvision_operators": Construct(TorchvisionOperators, Case(IMAGE, torch.tensor(BOXES), torch.tensor([0.9, 0.8, 0.7]))),
    "free_functions": Construct(FreeFunctions, Case(X)),
    "layout_and_strides": Construct(LayoutAndStrides, Case(IMAGE)),
    "reductions": Construct(Reductions, Case(X)),
}
