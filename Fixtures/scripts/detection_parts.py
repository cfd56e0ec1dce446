"""The parts of detectors on small inputs: boxes, coding, matching, sampling, anchors, pyramids and the images' transform.

A case is {"input": .., "output": ..}, trees of tensors; a function of boxes has its gradient too.
"""
import torch
import torchvision_cpu  # noqa: F401  before torchvision
import torchvision
from torchvision import ops
from torchvision.models.detection import _utils as coding
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.roi_heads import paste_masks_in_image
from torchvision.models.detection.transform import GeneralizedRCNNTransform

import weights
from common import FIXTURES, formula, number, statistics_tree, write_lines

FORMATS = ("xyxy", "xywh", "cxcywh")


def tree(value):
    """Every number of a nested value."""
    if isinstance(value, torch.Tensor):
        dtype = str(value.dtype).removeprefix("torch.")
        flat = [number(float(f"{x:.9g}")) for x in value.detach().to(torch.float64).reshape(-1).tolist()]
        return {"tensor": flat, "shape": list(value.shape), "dtype": dtype}
    if isinstance(value, dict):
        return {key: tree(item) for key, item in value.items()}
    return [tree(item) for item in value] if isinstance(value, (list, tuple)) else value


def boxes(count, shift, size=100.0):
    """Boxes within `size`, of which the last has no area and the one before swapped edges where there are four."""
    numbers = formula([count, 4], shift=shift) + 0.5
    start = numbers[:, :2] * size * 0.6
    found = torch.cat([start, start + 2 + numbers[:, 2:] * size * 0.5], 1)
    if count >= 4:
        found[-1, 2:] = found[-1, :2]
        found[-2] = found[-2][[2, 3, 0, 1]]
    return found


def overlaps():
    a, b = boxes(5, 0), boxes(4, 50)
    cases = {"input": [a, b], "halves": boxes(3, 9).half(), "integers": boxes(3, 9).int()}
    for fmt in FORMATS:
        cases[f"area {fmt}"] = ops.box_area(a, fmt)
        cases[f"iou {fmt}"] = ops.box_iou(a, b, fmt)
        for other in FORMATS:
            cases[f"convert {fmt} {other}"] = ops.box_convert(a, fmt, other)
    cases["generalized"] = ops.generalized_box_iou(a, b)
    cases["distance"] = ops.distance_box_iou(a, b)
    cases["complete"] = ops.complete_box_iou(a, b)
    cases["iou halves"] = ops.box_iou(cases["halves"], cases["halves"])
    cases["iou integers"] = ops.box_iou(cases["integers"], cases["integers"])
    cases["clip"] = ops.clip_boxes_to_image(a - 20, (40, 60))
    cases["large enough"] = ops.remove_small_boxes(a, 30)
    return cases


def losses():
    a, b = boxes(6, 3), boxes(6, 31)[:6].clone()
    b[-2:] = boxes(2, 77)
    cases = {"input": [a, b]}
    for name in ("generalized", "distance", "complete"):
        function = getattr(ops, f"{name}_box_iou_loss")
        for reduction in ("none", "mean", "sum"):
            x = a.clone().requires_grad_()
            loss = function(x, b, reduction=reduction, eps=1e-6)
            loss.sum().backward()
            cases[f"{name} {reduction}"] = {"loss": loss, "gradient": x.grad}
        cases[f"{name} of none"] = function(a[:0], b[:0], reduction="mean")
    return cases


def masks():
    found = torch.zeros(4, 9, 12, dtype=torch.uint8)
    found[0, 2:5, 3:11] = 1
    found[1, 8, 0] = 7
    found[3, :, 5] = 1
    return {"input": found, "output": ops.masks_to_boxes(found)}


def suppression():
    cases = {}
    for name, count in (("few", 40), ("many", 1100)):
        found = boxes(count, 11)[:count].abs()
        found[-2:] = boxes(2, 5)
        scores = (formula([count], shift=7) + 0.5) * torch.linspace(1, 0.5, count)
        categories = formula([count], torch.int64) % 3
        kept = ops.batched_nms(found, scores, categories, 0.4)
        given = {"boxes": found, "scores": scores, "categories": categories} if count < 100 else {}
        cases[name] = {"count": count, "output": kept, **given}
    return cases


def coders():
    a, b = boxes(3, 0), boxes(3, 20)
    coder = coding.BoxCoder((10.0, 10.0, 5.0, 5.0))
    offsets = formula([6, 8], shift=4) * 30
    cases = {
        "input": [a, b], "offsets": offsets,
        "encode": coder.encode_single(a, b), "encode lists": coder.encode([a, b], [b, a]),
        "decode": coder.decode_single(offsets, torch.cat([a, b])), "decode lists": coder.decode(offsets, [a, b]),
    }
    for normalizes in (True, False):
        linear = coding.BoxLinearCoder(normalizes)
        cases[f"linear {normalizes}"] = {"encode": linear.encode(a, b), "decode": linear.decode(offsets[:3, :4], b)}
    return cases


def matching():
    quality = formula([4, 30]) + 0.5
    quality[1] *= 0.3
    quality[2, 5] = quality[2, 9] = 0.45
    quality[2] *= 0.4
    cases = {"input": quality}
    for name, matcher in (
        ("strict", coding.Matcher(0.7, 0.3)), ("low quality", coding.Matcher(0.7, 0.3, True)), ("ssd", coding.SSDMatcher(0.5)),
    ):
        cases[name] = matcher(quality.clone())
    labels = [formula([60], torch.int64) - 2, formula([8], torch.float32), torch.zeros(20)]
    torch.manual_seed(5)
    positive, negative = coding.BalancedPositiveNegativeSampler(16, 0.25)(labels)
    cases["labels"] = labels
    cases["sampled"] = [[mask.bool() for mask in positive], [mask.bool() for mask in negative]]
    return cases


def anchors():
    generator = AnchorGenerator(((8, 12), (20,)), ((0.5, 1.0, 2.0), (0.4, 1.7)))
    images = ImageList(torch.zeros(2, 3, 32, 48), [(32, 40), (30, 48)])
    found = generator(images, [torch.zeros(2, 1, 4, 6), torch.zeros(2, 1, 2, 3)])
    return {"output": found, "counts": generator.num_anchors_per_location()}


def pyramids():
    cases = {}
    features = {"a": formula([1, 3, 9, 12]), "b": formula([1, 5, 5, 6], shift=2), "c": formula([1, 4, 3, 3], shift=3)}
    for name, extra, norm in (
        ("plain", None, None), ("pool", ops.feature_pyramid_network.LastLevelMaxPool(), torch.nn.BatchNorm2d),
        ("p6p7", ops.feature_pyramid_network.LastLevelP6P7(4, 6), None),
        ("own p6p7", ops.feature_pyramid_network.LastLevelP6P7(6, 6), None),
    ):
        network = weights.load(ops.FeaturePyramidNetwork([3, 5, 4], 6, extra, norm)).eval()
        found = network(features)
        cases[name] = {"keys": list(network.state_dict()), "names": list(found), "output": statistics_tree(list(found.values()))}
    return cases


def transforms():
    cases = {}
    images = [formula([3, 20, 31]) + 0.5, formula([3, 26, 18], shift=9) + 0.5]
    targets = [
        {"boxes": boxes(2, 1, 18), "labels": torch.tensor([1, 2]), "masks": formula([2, 20, 31], torch.uint8) % 2,
         "keypoints": formula([2, 3, 3], shift=5) * 10 + 6},
        {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64)},
    ]
    for name, options, training in (
        ("eval", {}, False), ("train", {}, True), ("fixed", {"fixed_size": (40, 24)}, False),
    ):
        transform = GeneralizedRCNNTransform((24, 28, 32), 40, [0.4, 0.5, 0.6], [0.2, 0.3, 0.4], size_divisible=16, **options)
        torch.manual_seed(11)
        batch, found = transform.train(training)(images, targets)
        cases[name] = {"images": statistics_tree(batch.tensors), "sizes": batch.image_sizes, "targets": tree(found)}
    detected = {"boxes": boxes(2, 1, 30), "keypoints": formula([2, 3, 3]) * 10 + 6, "masks": formula([2, 1, 5, 5]) + 0.5}
    cases["detected"] = tree(detected)
    size = [(24, 32), (48, 50)]
    cases["postprocessed"] = tree(transform.postprocess([dict(detected)], size[:1], size[1:]))
    outside = torch.tensor([[-8.0, -3, 5, 4], [10, 10, 30, 30], [3.2, 4.1, 3.4, 4.2]])
    cases["pasted"] = {
        "boxes": tree(outside), "masks": tree(formula([3, 1, 4, 4]) + 0.5),
        "output": tree(paste_masks_in_image(formula([3, 1, 4, 4]) + 0.5, outside, (20, 24))),
    }
    return cases


def make(names=None):
    parts = (overlaps, losses, masks, suppression, coders, matching, anchors)
    cases = {part.__name__: tree(part()) for part in parts} | {part.__name__: part() for part in (pyramids, transforms)}
    write_lines(FIXTURES / "goldens/detection_parts.json", cases, 2)
