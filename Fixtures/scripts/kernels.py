"""What the operators of Plugins/DetectionOps compute, by torchvision's own compiled kernels.

Needs a torchvision whose kernels load, such as its CPU build, and hence runs apart from the other scripts.
"""
import itertools

import torch
import torchvision
from torchvision import extension

from common import FIXTURES, formula, write_json

OPERATORS = torch.ops.torchvision


def short(number):
    """The shortest number that is the same float32; integers as they are."""
    return number if isinstance(number, int) else float(f"{number:.9g}")


def plain(argument):
    """How goldens write a number."""
    if isinstance(argument, bool):
        return argument
    return {"int" if isinstance(argument, int) else "float": argument}


def whole(tensor):
    """A tensor with all its numbers."""
    return {
        "tensor": [short(x) for x in tensor.detach().reshape(-1).tolist()],
        "shape": list(tensor.shape),
        "dtype": str(tensor.dtype).removeprefix("torch."),
    }


class Made:
    """A tensor by the formula, and how goldens write it."""

    def __init__(self, *shape, dtype=torch.float32, shift=0, needs_gradient=True):
        self.entry = {"formula": list(shape), "dtype": str(dtype).removeprefix("torch."), "shift": shift}
        self.tensor = formula(shape, dtype, shift).requires_grad_(needs_gradient)


class Given:
    """A tensor by its numbers."""

    def __init__(self, tensor, needs_gradient=False):
        self.tensor = tensor.requires_grad_(needs_gradient)
        self.entry = whole(tensor)


def case(operator, name, *arguments):
    """Results, and the gradients of the sum of the first result times the formula."""
    tensors = [a.tensor if isinstance(a, (Made, Given)) else a for a in arguments]
    results = getattr(OPERATORS, operator)(*tensors)
    results = list(results) if isinstance(results, tuple) else [results]
    wanted = [t for t in tensors if isinstance(t, torch.Tensor) and t.requires_grad]
    found = iter(torch.autograd.grad((results[0] * formula(results[0].shape, results[0].dtype)).sum(), wanted))
    return {
        "operator": f"torchvision::{operator}",
        "case": name,
        "arguments": [a.entry if isinstance(a, (Made, Given)) else plain(a) for a in arguments],
        "results": [whole(result) for result in results],
        "gradients": [whole(next(found)) if isinstance(t, torch.Tensor) and t.requires_grad else None for t in tensors],
    }


# ---- regions ----

ROIS = {
    "inside": [[0, 1, 1, 5, 4], [1, 0.25, 2.5, 6.75, 6], [0, 3, 3, 3.5, 3.25]],
    "over the border": [[1, -2, -3, 4, 2], [0, 4, 4, 12, 14], [1, -6, -6, 20, 20]],
    "far outside": [[0, -20, -20, -15, -15], [1, 40, 1, 44, 3]],
    "empty and inverted": [[0, 2, 2, 2, 2], [1, 6.5, 1.5, 6.5, 5], [0, 5, 5, 2, 3]],
    "no regions": [],
}


def regions(name, dtype):
    return Given(torch.tensor(ROIS[name], dtype=dtype).reshape(-1, 5))


def region_cases():
    settings = [(1.0, 2, 2, torch.float32), (0.5, 1, 2, torch.float64)]
    for name, (scale, rows, columns, dtype) in itertools.product(ROIS, settings):
        bins = rows * columns
        yield case("roi_pool", name, Made(2, 1, 5, 6, dtype=dtype), regions(name, dtype), scale, rows, columns)
        image = Made(2, bins, 5, 6, dtype=dtype)
        yield case("ps_roi_pool", name, image, regions(name, dtype), scale, rows, columns)
        for ratio in (2, -1):
            if ratio < 0 and "inverted" in name:
                continue  # a mean over no points
            yield case("ps_roi_align", name, image, regions(name, dtype), scale, rows, columns, ratio)


# ---- deformable convolutions ----


def deformable(name, images, channels, outputs, size, kernel, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1,
               offset_groups=1, has_mask=True, dtype=torch.float32, reach=4.0):
    out = [(size[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) // stride[d] + 1 for d in range(2)]
    taps = kernel[0] * kernel[1] * offset_groups
    offset = (formula((images, 2 * taps, *out), dtype, 11) * reach).detach()
    mask = Made(images, taps, *out, dtype=dtype, shift=77) if has_mask else Given(torch.zeros(images, 1, dtype=dtype))
    return case(
        "deform_conv2d", name, Made(images, channels, *size, dtype=dtype), Made(outputs, channels // groups, *kernel, dtype=dtype, shift=300),
        Given(offset, needs_gradient=True), mask, Made(outputs, dtype=dtype, shift=5), *stride, *padding, *dilation, groups, offset_groups, has_mask)


def deformable_cases():
    yield deformable("one tap", 1, 2, 3, (3, 4), (1, 1))
    yield deformable("with a mask", 2, 2, 3, (3, 4), (3, 3), padding=(1, 1))
    yield deformable("without a mask", 1, 2, 3, (3, 4), (3, 3), padding=(1, 1), has_mask=False)
    yield deformable("strides and dilations", 1, 2, 2, (6, 6), (3, 2), (2, 1), (2, 0), (2, 3), dtype=torch.float64)
    yield deformable("groups", 1, 4, 6, (3, 3), (2, 2), groups=2, offset_groups=4, dtype=torch.float64)
    yield deformable("offsets to whole pixels and out of the image", 1, 2, 2, (4, 4), (2, 2), dtype=torch.float64, reach=0.0)
    yield deformable("far offsets", 1, 2, 2, (4, 4), (2, 2), reach=40.0)
    yield deformable("more outputs than a panel has rows", 1, 2, 8, (4, 10), (2, 2))


def make():
    assert extension._has_ops(), "torchvision's compiled kernels are needed"
    torch.set_num_threads(1)
    cases = [*region_cases(), *deformable_cases()]
    print(f"kernels: {len(cases)} cases, torchvision {torchvision.__version__}")
    write_json(FIXTURES / "goldens/detection_kernels.json", cases)


if __name__ == "__main__":
    make()
