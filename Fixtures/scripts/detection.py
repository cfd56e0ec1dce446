"""Mask R-CNN and RetinaNet, small, with weights of their own: archives that find something.

The code is torchvision's; backbone, heads and images are small, and no weights are trained. A seed was looked for with which each model finds
boxes of several classes in both images. The group fails where a disturbance of the weights changes what is found: scores, overlaps and limits
are then too close to each other for another machine's rounding.
"""
from collections import OrderedDict

import torch
import torchvision_cpu  # noqa: F401  before torchvision
import torchvision
from torch import nn
from torchvision.models.detection import MaskRCNN, RetinaNet
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor

from common import FIXTURES, clone_tree, formula, in_processes, machine_paths, number, statistics, statistics_tree, write_lines

INPUTS = [[3, 64, 96], [3, 80, 72]]
WIDTH = 16


def backbone():
    """Four levels, at a quarter to a thirty-second of the image."""
    def block(inputs, outputs, stride):
        return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))

    body = nn.Sequential(OrderedDict(
        stem=block(3, 8, 2), layer1=block(8, 12, 2), layer2=block(12, 16, 2), layer3=block(16, 16, 2), layer4=block(16, 16, 2)
    ))
    return BackboneWithFPN(body, {f"layer{i + 1}": str(i) for i in range(4)}, [12, 16, 16, 16], WIDTH)


def anchors(ratios):
    return AnchorGenerator(tuple((size,) for size in (12, 20, 32, 48, 72)), (ratios,) * 5)


def mask_rcnn():
    return MaskRCNN(
        backbone(), min_size=96, max_size=144, rpn_anchor_generator=anchors((0.5, 1.0, 2.0)),
        rpn_pre_nms_top_n_test=100, rpn_post_nms_top_n_test=60, box_score_thresh=0.3, box_detections_per_img=12,
        box_head=TwoMLPHead(WIDTH * 7 * 7, 32), box_predictor=FastRCNNPredictor(32, 5),
        mask_head=MaskRCNNHeads(WIDTH, (WIDTH, WIDTH), 1), mask_predictor=MaskRCNNPredictor(WIDTH, WIDTH, 5),
    )


def retinanet():
    return RetinaNet(
        backbone(), num_classes=4, min_size=96, max_size=144, anchor_generator=anchors((0.5, 1.0, 2.0)), score_thresh=0.3,
        nms_thresh=0.4, topk_candidates=60, detections_per_img=12,
    )


# How to build each model, the seed of its weights, and the modules whose outputs are golden.
MODELS = {
    "maskrcnn_small": (
        mask_rcnn, 30,
        "backbone.body backbone.fpn roi_heads.box_roi_pool roi_heads.box_predictor roi_heads.mask_roi_pool roi_heads.mask_predictor",
    ),
    "retinanet_small": (retinanet, 3, "backbone.body backbone.fpn head"),
}

# What scales a layer's weights beyond keeping deviations near 1; the first that is part of a path.
GAINS = {"cls_logits": 1.2, "cls_score": 1.5, "bbox_pred": 0.5, "bbox_reg": 0.3, "mask_fcn_logits": 2}


def fill(model, seed):
    """Weights by the seed."""
    generator = torch.Generator().manual_seed(seed)

    def normal(tensor, scale, mean=0.0):
        tensor.copy_(torch.randn(tensor.shape, generator=generator) * scale + mean)

    with torch.no_grad():
        for path, module in model.named_modules():
            if isinstance(module, nn.BatchNorm2d):
                for tensor, scale, mean in ((module.weight, 0.2, 1), (module.bias, 0.2, 0), (module.running_mean, 0.1, 0)):
                    normal(tensor, scale, mean)
            elif isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
                gain = next((gain for part, gain in GAINS.items() if part in path), 1)
                numbers = module.weight.clone()
                normal(numbers, gain * (2 / numbers[0].numel()) ** 0.5)
                # Without what all features have in common, by which one class would win everywhere.
                rest = tuple(range(1, numbers.dim()))
                module.weight.copy_(numbers - numbers.mean(rest, keepdim=True))
                if module.bias is not None:
                    normal(module.bias, 0.2)
    return model.eval()


def images(disturbance=0.0):
    shift, result = 0, []
    for shape in INPUTS:
        tensor = formula(shape, shift=shift)
        result.append(tensor * (1 + disturbance))
        shift += tensor.numel()
    return result


def detect(model, names=(), disturbance=0.0):
    modules, calls = dict(model.named_modules()), {}
    hooks = [modules[n].register_forward_hook(lambda m, i, o, n=n: calls.setdefault(n, clone_tree(o))) for n in names]
    with torch.no_grad():
        found = model(images(disturbance))
    for hook in hooks:
        hook.remove()
    return found, {name: statistics_tree(calls[name]) for name in names}


def faults(found, other):
    """What differs between two runs, beyond the numbers themselves."""
    notes = []
    for index, (a, b) in enumerate(zip(found, other, strict=True)):
        if a["labels"].tolist() != b["labels"].tolist():
            notes.append(f"image {index}: other labels")
        elif len(a["boxes"]) and (a["boxes"] - b["boxes"]).abs().max() > 0.1:
            notes.append(f"image {index}: other boxes")
    return notes


def disturbed(model, seed, amount):
    """Runs with weights that differ by that part of themselves, at random."""
    generator = torch.Generator().manual_seed(seed)
    state = {key: value.clone() for key, value in model.state_dict().items()}
    with torch.no_grad():
        for value in model.state_dict().values():
            if value.is_floating_point():
                value.mul_(1 + amount * torch.randn(value.shape, generator=generator))
    found, _ = detect(model)
    model.load_state_dict(state)
    return found


def poor(found):
    """Why detections would be a weak test."""
    notes = []
    for index, image in enumerate(found):
        if len(image["labels"]) < 4 or len(set(image["labels"].tolist())) < 2:
            notes.append(f"image {index}: labels {image['labels'].tolist()}")
        if len(image["labels"]) and image["scores"].max() > 0.999:
            notes.append(f"image {index}: scores are saturated")
    return notes


def tree(image):
    result = {
        "boxes": [[number(float(f"{x:.9g}")) for x in box] for box in image["boxes"].tolist()],
        "labels": image["labels"].tolist(),
        "scores": [float(f"{x:.9g}") for x in image["scores"].tolist()],
    }
    if "masks" in image:
        result["masks"] = [statistics(mask) for mask in image["masks"]]
    return result


def build(name, seed=None):
    make_model, own_seed, names = MODELS[name]
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = fill(make_model(), own_seed if seed is None else seed)
    found, features = detect(model, names.split())
    notes = poor(found)
    for trial in range(8):
        notes += faults(found, disturbed(model, trial, 2e-5))
    if seed is not None:
        return notes, found
    path = FIXTURES / "detection" / f"{name}.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.jit.script(model).save(str(path))
    with torch.no_grad():
        _, again = torch.jit.load(str(path)).eval()(images())
    for a, b in zip(found, again, strict=True):
        if any(not torch.allclose(a[key], b[key], rtol=1e-5, atol=1e-5) for key in a):
            notes.append("the archive finds something else")
    notes += machine_paths(path)
    golden = {"inputs": INPUTS, "detections": [tree(image) for image in found], "features": features}
    return golden, path.stat().st_size, notes


def make(names=None):
    goldens = {}
    for name, result in in_processes(build, list(MODELS)):
        if result is None:
            raise SystemExit(f"{name}: no archive")
        goldens[name], size, notes = result
        counts = [len(image["labels"]) for image in goldens[name]["detections"]]
        print(f"{name}: {size} bytes, {counts} detections", *notes, sep="\n    " if notes else " ", flush=True)
        if notes:
            raise SystemExit(f"{name}: another seed is needed")
    write_lines(FIXTURES / "goldens/detections.json", goldens, 4)
