"""Detectors in one stage with weights by the formula, on two photographs: detections, losses, and the gradient of the first convolution.

Predictions are scaled, so that some dozens of objects are found.
"""
import torch
import torchvision_cpu  # noqa: F401  before torchvision
from PIL import Image
from torchvision.models import detection
from torchvision.transforms.functional import pil_to_tensor

import weights
from common import FIXTURES, number, statistics, write_lines

NONE = dict(weights=None, weights_backbone=None)
SMALL = dict(min_size=128, max_size=192)

FEW = dict(num_classes=5, topk_candidates=60, detections_per_img=25)

# The builder, its arguments, the gain of the weights, and the factor of the weights and what is added to the biases of some convolutions.
MODELS = {
    "retinanet_resnet50_fpn": (dict(**FEW, **SMALL), 0.8, {"cls_logits": (10.0, -2.0)}),
    "retinanet_resnet50_fpn_v2": (dict(**FEW, **SMALL), 0.8, {"cls_logits": (2.0, -2.0)}),
    "fcos_resnet50_fpn": (dict(**FEW, **SMALL), 0.8, {"cls_logits": (2.0, 0.0), "bbox_reg": (1.0, 0.5)}),
    "ssd300_vgg16": (dict(**FEW), 1.0, {"classification_head.module_list": (1.0, 0.0)}),
    "ssdlite320_mobilenet_v3_large": (dict(**FEW), 1.0, {"classification_head.module_list": (20.0, 0.0), "regression_head.module_list": (10.0, 0.0)}),
}

TARGETS = [
    {"boxes": [[20.0, 10.0, 90.0, 80.0], [5.5, 30.25, 40.0, 66.0], [60.0, 50.0, 130.0, 95.0]], "labels": [1, 3, 2]},
    {"boxes": [[30.0, 5.0, 110.0, 120.0]], "labels": [2]},
]


def photographs():
    """Every third pixel of two photographs: [3, 100, 151] and [3, 134, 200]."""
    images = [Image.open(FIXTURES / "images" / f"{name}.png").convert("RGB") for name in ("chelsea", "coffee")]
    return [pil_to_tensor(image)[:, ::3, ::3].float() / 255 for image in images]


def made(name):
    """The model, and for each scaled parameter the factor and what is added."""
    arguments, gain, scales = MODELS[name]
    model = getattr(detection, name)(**NONE, **arguments)
    weights.load(model, gain)
    scaled = {}
    with torch.no_grad():
        for path, layer in model.head.named_modules(prefix="head"):
            scale = next((scale for part, scale in scales.items() if part in path), None)
            # Of SSDlite's predictions the last convolution.
            if scale is None or not isinstance(layer, torch.nn.Conv2d) or layer.bias is None:
                continue
            layer.weight.mul_(scale[0])
            layer.bias.add_(scale[1])
            scaled[f"{path}.weight"] = [scale[0], 0.0]
            scaled[f"{path}.bias"] = [1.0, scale[1]]
    return model, scaled


def short(tensor):
    flat = [number(float(f"{x:.9g}")) if isinstance(x, float) else x for x in tensor.detach().reshape(-1).tolist()]
    return {"tensor": flat, "shape": list(tensor.shape), "dtype": str(tensor.dtype).removeprefix("torch.")}


def targets(empty=False):
    found = [{"boxes": torch.tensor(t["boxes"]), "labels": torch.tensor(t["labels"])} for t in TARGETS]
    if empty:
        found[1] = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64)}
    return found


def first_convolution(model):
    return next((key, p) for key, p in model.named_parameters() if p.dim() == 4)


def golden(name):
    model, scaled = made(name)
    model.eval()
    with torch.no_grad():
        found = model(photographs())
    model.train()
    key, parameter = first_convolution(model)
    losses = {}
    for case, empty in (("objects", False), ("an image without objects", True)):
        model, _ = made(name)
        model.train()
        parameter = dict(model.named_parameters())[key]
        values = model(photographs(), targets(empty))
        sum(values.values()).backward()
        losses[case] = {
            "values": {loss: number(value.item()) for loss, value in values.items()}, "gradient": statistics(parameter.grad),
        }
    return {
        "gain": MODELS[name][1], "scaled": scaled, "first": key,
        "keys": list(model.state_dict()),
        "detections": [{part: short(tensor) for part, tensor in image.items()} for image in found], "losses": losses,
    }


def make(names=None):
    torch.set_num_threads(1)
    goldens = {}
    for name in names or MODELS:
        goldens[name] = golden(name)
        found = goldens[name]["detections"]
        spread = [(len(image["labels"]["tensor"]), sorted(set(image["labels"]["tensor"])), image["scores"]["tensor"][:1] + image["scores"]["tensor"][-1:]) for image in found]
        print(f"{name}: {spread} {[entry['values'] for entry in goldens[name]['losses'].values()]}", flush=True)
    if not names:
        write_lines(FIXTURES / "goldens/one_stage.json", goldens, 4)
    return goldens


if __name__ == "__main__":
    make()
