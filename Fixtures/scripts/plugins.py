"""What the example plugins must compute: nms, roi_align and timm's Conv2dSame, with gradients, on small inputs.

PyTorch has no CPU kernels of torchvision's operators here. `roi_align` below computes what torchvision's compiled kernel does, in plain steps that
autograd follows; unlike the fallback in Python that torchvision ships, which counts points outside of the image.
"""
import itertools
import math

import torch
import torch.nn.functional as F
import torchvision_cpu

from common import FIXTURES, formula, write_json
from layers import short

# ---- values ----


def whole(tensor):
    """A tensor with all its numbers."""
    return {
        "tensor": [short(x) for x in tensor.detach().reshape(-1).tolist()],
        "shape": list(tensor.shape),
        "dtype": str(tensor.dtype).removeprefix("torch."),
    }


class Made:
    """A tensor by the formula, and how goldens write it."""

    def __init__(self, *shape, dtype=torch.float32, shift=0):
        self.entry = {"formula": list(shape), "dtype": str(dtype).removeprefix("torch."), "shift": shift}
        self.tensor = formula(shape, dtype, shift).requires_grad_()


# ---- nms ----

CORNERS = [[0, 0, 10, 10], [1, 1, 11, 11], [0, 0, 10, 10], [20, 20, 30, 30], [21, 19, 31, 29], [5, 5, 15, 15]]
NMS = {
    "no boxes": ([], [], 0.5),
    "one box": ([[3, 4, 5, 6]], [0.5], 0.5),
    "overlaps of three": (CORNERS, [0.9, 0.8, 0.7, 0.6, 0.95, 0.5], 0.5),
    "the same at a lower threshold": (CORNERS, [0.9, 0.8, 0.7, 0.6, 0.95, 0.5], 0.1),
    "threshold one keeps identical boxes": (CORNERS, [0.9, 0.8, 0.7, 0.6, 0.95, 0.5], 1.0),
    "threshold zero keeps what does not touch": (CORNERS, [0.9, 0.8, 0.7, 0.6, 0.95, 0.5], 0.0),
    "equal scores keep their order": ([[0, 0, 1, 1], [5, 5, 6, 6], [0, 0, 1, 1], [9, 9, 11, 11]], [0.5, 0.5, 0.5, 0.5], 0.5),
    "a chain: the second is gone, so the third stays": ([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]], [0.9, 0.8, 0.7], 0.3),
    "an overlap of exactly the threshold stays": ([[0, 0, 2, 1], [0, 0, 1, 1]], [0.9, 0.8], 0.5),
    "empty and inverted boxes": ([[1, 1, 1, 1], [1, 1, 1, 1], [5, 5, 2, 2], [0, 0, 9, 9]], [0.4, 0.3, 0.2, 0.1], 0.5),
    "boxes outside of the image": ([[-10, -10, -1, -1], [-9, -9, 0, 0], [100, 100, 140, 140]], [0.1, 0.2, 0.3], 0.5),
    "scores below zero": ([[0, 0, 4, 4], [0, 1, 4, 5], [7, 7, 9, 9]], [-3.0, -1.0, -2.0], 0.5),
}


def random_boxes(count):
    generator = torch.Generator().manual_seed(count)
    corner = torch.rand(count, 2, generator=generator, dtype=torch.float64) * 40
    size = torch.rand(count, 2, generator=generator, dtype=torch.float64) * 20
    boxes = torch.cat([corner, corner + size], 1).mul(16).round() / 16
    scores = torch.randperm(count, generator=generator).double() / 64
    return boxes.tolist(), scores.tolist()


def nms_cases():
    cases = {**NMS, "sixty boxes": (*random_boxes(60), 0.3), "sixty boxes, higher threshold": (*random_boxes(60), 0.7)}
    for (name, (boxes, scores, threshold)), dtype in itertools.product(cases.items(), (torch.float32, torch.float64)):
        boxes, scores = torch.tensor(boxes, dtype=dtype).reshape(-1, 4), torch.tensor(scores, dtype=dtype)
        yield {
            "case": name, "boxes": whole(boxes), "scores": whole(scores), "threshold": threshold,
            "result": torchvision_cpu._nms(boxes, scores, threshold).tolist(),
        }


# ---- roi_align ----


def located(at, size):
    """The pixels before and after a point, and the weight of the second; None where the point counts as zero."""
    if at < -1 or at > size:
        return None
    at = max(at, 0.0)
    low = int(at)
    return (size - 1, size - 1, 0.0) if low >= size - 1 else (low, low + 1, at - low)


def points(start, end, bins, size, scale, ratio, aligned):
    """The points of each bin along one axis, and how many there are."""
    shift = 0.5 if aligned else 0.0
    start, end = start * scale - shift, end * scale - shift
    length = end - start if aligned else max(end - start, 1.0)
    count = ratio if ratio > 0 else math.ceil(length / bins)
    step = length / bins
    return [[located(start + b * step + (i + 0.5) * step / count, size) for i in range(count)] for b in range(bins)], count


def roi_align(image, rois, scale, pooled, ratio, aligned):
    regions = []
    for index, x1, y1, x2, y2 in rois.tolist():
        plane = image[int(index)]
        rows, row_count = points(y1, y2, pooled[0], image.shape[2], scale, ratio, aligned)
        columns, column_count = points(x1, x2, pooled[1], image.shape[3], scale, ratio, aligned)
        bins = []
        for ys, xs in itertools.product(rows, columns):
            total = torch.zeros(image.shape[1], dtype=image.dtype)
            for y, x in itertools.product(filter(None, ys), filter(None, xs)):
                for row, column in itertools.product(range(2), range(2)):
                    weight = (y[2] if row else 1 - y[2]) * (x[2] if column else 1 - x[2])
                    total = total + plane[:, y[row], x[column]] * weight
            bins.append(total / max(row_count * column_count, 1))
        regions.append(torch.stack(bins, 1).reshape(image.shape[1], *pooled))
    nothing = 0 * image.sum()  # so that there is a gradient also where no point lies on the image
    return (torch.stack(regions) if regions else image.new_zeros(0, image.shape[1], *pooled)) + nothing


ROIS = {
    "inside": [[0, 1, 1, 5, 4], [1, 0.25, 2.5, 6.75, 6], [0, 3, 3, 3.5, 3.25]],
    "over the border": [[0, -2, -3, 4, 2], [1, 4, 4, 12, 14], [0, -6, -6, 20, 20]],
    "far outside": [[0, -20, -20, -15, -15], [1, 40, 1, 44, 3]],
    "empty": [[0, 2, 2, 2, 2], [1, 6.5, 1.5, 6.5, 5]],
}


def roi_cases():
    settings = [
        (1.0, (2, 2), 2, False), (1.0, (2, 2), 2, True), (0.5, (2, 3), 0, False), (0.5, (2, 3), 0, True),
        (1.0, (3, 2), -1, True), (0.25, (1, 1), 1, False), (1.0, (2, 2), 3, True),
    ]
    for (name, rois), (scale, pooled, ratio, aligned) in itertools.product(ROIS.items(), settings):
        dtype = torch.float64 if pooled == (3, 2) else torch.float32
        yield roi_case(name, Made(2, 2, 6, 7, dtype=dtype), rois, scale, pooled, ratio, aligned)
    yield roi_case("no regions", Made(1, 3, 4, 4), [], 1.0, (2, 2), 2, True)
    yield roi_case("one pixel", Made(1, 2, 1, 1, shift=5), [[0, 0, 0, 1, 1], [0, -1, -1, 2, 2]], 1.0, (2, 2), 2, False)


def roi_case(name, image, rois, scale, pooled, ratio, aligned):
    rois = torch.tensor(rois, dtype=image.tensor.dtype).reshape(-1, 5)
    output = roi_align(image.tensor, rois, scale, pooled, ratio, aligned)
    (gradient,) = torch.autograd.grad((output * formula(output.shape, output.dtype)).sum(), image.tensor)
    return {
        "case": name, "input": image.entry, "rois": whole(rois), "spatial_scale": scale, "pooled": list(pooled), "sampling_ratio": ratio,
        "aligned": aligned, "output": whole(output), "input_gradient": whole(gradient),
    }


# ---- Conv2dSame ----


def padding(size, kernel, stride, dilation):
    """As timm's get_same_padding has it."""
    return max((math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)


def conv2d_same(x, weight, bias, stride, dilation, groups):
    """timm's conv2d_same: pads what the size asks for, the odd pixel at the end."""
    high, wide = (padding(x.shape[2 + d], weight.shape[2 + d], stride[d], dilation[d]) for d in range(2))
    x = F.pad(x, [wide // 2, wide - wide // 2, high // 2, high - high // 2])
    return F.conv2d(x, weight, bias, stride, (0, 0), dilation, groups)


# Input, outputs, kernel, stride, dilation, groups, with a bias.
SAME = [
    ((1, 3, 7, 8), 4, (3, 3), (2, 2), (1, 1), 1, False),
    ((2, 3, 5, 6), 4, (3, 3), (1, 1), (1, 1), 1, True),
    ((1, 4, 9, 8), 4, (3, 3), (2, 2), (1, 1), 4, False),
    ((2, 4, 8, 9), 4, (5, 5), (2, 2), (1, 1), 4, True),
    ((1, 2, 6, 6), 6, (3, 3), (1, 1), (1, 1), 2, True),
    ((1, 4, 7, 7), 6, (3, 3), (2, 2), (1, 1), 2, False),
    ((1, 2, 8, 8), 3, (1, 1), (2, 2), (1, 1), 1, True),
    ((1, 2, 9, 7), 2, (2, 4), (3, 2), (1, 1), 1, False),
    ((1, 2, 10, 9), 2, (3, 3), (1, 1), (2, 3), 1, True),
    ((1, 2, 10, 9), 2, (3, 3), (2, 2), (2, 2), 2, False),
    ((1, 3, 1, 1), 2, (3, 3), (2, 2), (1, 1), 1, True),
    ((1, 3, 2, 3), 2, (5, 5), (4, 4), (1, 1), 1, False),
]


def same_cases():
    for entry, dtype in itertools.product(SAME, (torch.float32, torch.float64)):
        shape, outputs, kernel, stride, dilation, groups, has_bias = entry
        image = Made(*shape, dtype=dtype)
        weight = Made(outputs, shape[1] // groups, *kernel, dtype=dtype, shift=100)
        bias = Made(outputs, dtype=dtype, shift=700) if has_bias else None
        tensors = [image, weight, *([bias] if bias else [])]
        output = conv2d_same(*(made.tensor for made in tensors), *([] if bias else [None]), stride, dilation, groups)
        gradients = torch.autograd.grad((output * formula(output.shape, dtype)).sum(), [made.tensor for made in tensors])
        yield {
            "attributes": {"dilation": list(dilation), "groups": groups, "kernel_size": list(kernel), "padding": [0, 0], "stride": list(stride)},
            "input": image.entry, "weight": weight.entry, "bias": bias and bias.entry, "output": whole(output),
            "gradients": dict(zip(("input", "weight", "bias"), map(whole, gradients))),
        }


def make(names=None):
    torch.set_num_threads(1)
    detection = {"nms": list(nms_cases()), "roi_align": list(roi_cases())}
    same = list(same_cases())
    print(f"plugins: {len(detection['nms'])} + {len(detection['roi_align'])} + {len(same)} cases")
    write_json(FIXTURES / "goldens/detection_ops.json", detection)
    write_json(FIXTURES / "goldens/same_padding.json", same)
