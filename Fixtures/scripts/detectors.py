"""torchvision's detectors in two stages with weights by the formula: state dicts, detections in two photographs, losses
and gradients.

The weights of the layers that score are centred and scaled, so that scores differ from box to box: `HEADS`. The group
fails where a disturbance of the weights changes what is found.
"""
import hashlib
import sys

import numpy as np
import torch
import torchvision_cpu  # noqa: F401  before torchvision
from PIL import Image
from torchvision.models import detection

import weights
from common import FIXTURES, formula, statistics_tree, write_lines
from detection_parts import tree

# Of each builder: its classes, whether it has values beside its state dict, and the gain of its weights.
MODELS = {
    "fasterrcnn_resnet50_fpn": (91, False, 1.0), "fasterrcnn_resnet50_fpn_v2": (91, False, 1.0),
    "fasterrcnn_mobilenet_v3_large_fpn": (91, False, 1.0), "fasterrcnn_mobilenet_v3_large_320_fpn": (6, True, 1.3),
    "maskrcnn_resnet50_fpn": (6, True, 1.0), "maskrcnn_resnet50_fpn_v2": (91, False, 1.0), "keypointrcnn_resnet50_fpn": (2, True, 1.0),
}
# What multiplies the weights of rank 2 and more whose key has the part, after each output's mean was subtracted.
HEADS = {
    "rpn.head.cls_logits": 2.0, "rpn.head.bbox_pred": 0.2, "cls_score": 4.0, "box_predictor.bbox_pred": 0.5,
    "mask_fcn_logits": 3.0, "kps_score_lowres": 3.0,
}
OPTIONS = dict(
    weights=None, weights_backbone=None, min_size=128, max_size=192, rpn_pre_nms_top_n_test=60, rpn_post_nms_top_n_test=30,
    rpn_pre_nms_top_n_train=60, rpn_post_nms_top_n_train=30, rpn_batch_size_per_image=32, box_batch_size_per_image=16,
    box_detections_per_img=12, box_score_thresh=0.2, rpn_score_thresh=0.0,
)
PHOTOS = ("astronaut.png", "chelsea.png")
GRADIENTS = ("conv1.weight", "body.0.0.weight", "inner_blocks.0.0.weight", "box_predictor.cls_score.weight", "rpn.head.conv.0.0.bias")


def photo(name):
    image = Image.open(FIXTURES / "images" / name).convert("RGB")
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255


def build(name, classes, gain):
    model = getattr(detection, name)(num_classes=classes, **OPTIONS)
    weights.load(model, gain)
    with torch.no_grad():
        for key, value in model.state_dict().items():
            for part, scale in HEADS.items():
                if part in key and value.dim() >= 2:
                    value.sub_(value.mean(tuple(range(1, value.dim())), keepdim=True)).mul_(scale)
    return model


def detect(model):
    model.eval()
    with torch.no_grad():
        return model([photo(name) for name in PHOTOS])


def targets(images, keypoints):
    found = []
    for index, image in enumerate(images):
        height, width = image.shape[1:]
        part = formula([3, 4], shift=7 * index) + 0.5
        start = part[:, :2] * torch.tensor([width, height]) * 0.5
        box = torch.cat([start, start + 40 + part[:, 2:] * torch.tensor([width, height]) * 0.4], 1)
        rows, columns = torch.arange(height)[:, None], torch.arange(width)
        mask = [(columns >= b[0]) & (columns < b[2]) & (rows >= b[1]) & (rows < b[3]) & ((rows + columns) % 7 > 1) for b in box]
        point = (formula([3, 17, 3], shift=index) + 0.5) * torch.tensor([width, height, 2.0])
        found.append({
            "boxes": box, "labels": torch.tensor([1, 1, 1] if keypoints else [1, 3, 5]),
            "masks": torch.stack(mask).to(torch.uint8), "keypoints": point,
        })
    # An image without objects.
    found[1] = {key: value[:0] for key, value in found[1].items()}
    return found


def losses(model, keypoints):
    images = [photo(name) for name in PHOTOS]
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
    torch.manual_seed(3)
    found = model(images, targets(images, keypoints))
    sum(found.values()).backward()
    gradients = {
        key: statistics_tree(parameter.grad) for key, parameter in model.named_parameters() if key.endswith(GRADIENTS)
    }
    return {"losses": tree({key: value for key, value in found.items()}), "order": list(found), "gradients": gradients}


def differences(found, other):
    notes = []
    for index, (a, b) in enumerate(zip(found, other, strict=True)):
        if a["labels"].tolist() != b["labels"].tolist():
            notes.append(f"image {index}: other labels")
        elif (a["boxes"] - b["boxes"]).abs().max() > 0.2:
            notes.append(f"image {index}: other boxes")
    return notes


def write_masks(name, found):
    """Where masks are above one half, as pictures: those of an image below one another, white inside."""
    for index, image in enumerate(found):
        if "masks" not in image:
            continue
        inside = (image["masks"] > 0.5).flatten(0, 2).to(torch.uint8) * 255
        path = FIXTURES / f"goldens/masks/{name}.{index}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(inside.numpy(), "L").convert("1").save(path, optimize=True)


def make(names=None):
    path = FIXTURES / "goldens/detectors.json"
    cases = {}
    if names:
        import json
        cases = json.loads(path.read_text()) if path.exists() else {}
    for name in names or MODELS:
        classes, has_values, gain = MODELS[name]
        model = build(name, classes, gain)
        state = model.state_dict()
        lines = "\n".join(f"{key} {list(value.shape)}" for key, value in state.items())
        case = {
            "classes": classes, "keys": len(state), "key_hash": hashlib.sha256(lines.encode()).hexdigest(),
            "parameters": sum(p.numel() for p in model.parameters()), "gain": gain,
        }
        if has_values:
            found = detect(model)
            for image in found:
                print(name, image["labels"].tolist(), [round(s, 3) for s in image["scores"].tolist()], file=sys.stderr)
            generator = torch.Generator().manual_seed(1)
            for amount in (1e-6, 1e-5):
                with torch.no_grad():
                    for value in state.values():
                        if value.is_floating_point():
                            value.mul_(1 + amount * torch.randn(value.shape, generator=generator))
                notes = differences(found, detect(model))
                print(name, amount, notes, file=sys.stderr)
            model = build(name, classes, gain)
            case["detections"] = [
                {key: statistics_tree(value) if key == "masks" else tree(value) for key, value in image.items()} for image in found
            ]
            write_masks(name, found)
            case["train"] = losses(model, "keypoint" in name)
        cases[name] = case
        write_lines(path, {**cases, "heads": HEADS}, 3)
