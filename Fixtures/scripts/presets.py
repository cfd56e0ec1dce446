"""The preparation of images that belongs to the weights of each model: torchvision's for its default weights, timm's for
its own."""
import math

import torchvision_cpu  # noqa: F401
import timm
from torchvision.models import get_model_weights

from common import FIXTURES, write_lines
from names import FIRST, SECOND, THIRD, TIMM

# The default weights of this one are for images of 518 pixels, but a model without weights is made for 224.
SMALLER = {"vit_h_14": "IMAGENET1K_SWAG_LINEAR_V1"}


def of_torchvision(name):
    weights = get_model_weights(name)
    transform = (weights[SMALLER[name]] if name in SMALLER else weights.DEFAULT).transforms()
    crop = getattr(transform, "crop_size", None)
    assert crop is None or len(set(crop)) == 1
    return {
        "resize": list(transform.resize_size),
        "crop": crop[0] if crop else None,
        "interpolation": transform.interpolation.value,
        "mean": list(transform.mean),
        "std": list(transform.std),
    }


def of_timm(name):
    """As timm's own evaluation: the shorter side is longer than the crop by the part that the crop takes."""
    cfg = timm.get_pretrained_cfg(name)
    size = cfg.input_size[-1]
    assert cfg.crop_mode == "center"
    return {
        "resize": [math.floor(size / cfg.crop_pct)],
        "crop": size,
        "interpolation": cfg.interpolation,
        "mean": list(cfg.mean),
        "std": list(cfg.std),
    }


def make():
    goldens = {name: of_torchvision(name) for name in FIRST + SECOND + THIRD}
    goldens |= {name: of_timm(name.removeprefix("timm/")) for name in TIMM}
    path = FIXTURES / "goldens/presets.json"
    write_lines(path, goldens, depth=1)
    print(f"presets: {len(goldens)} models, {path.stat().st_size} bytes")
