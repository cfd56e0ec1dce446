"""Golden classifications of the photos by the trained model, as torchvision's transforms feed it."""
import torch
import torchvision_cpu  # noqa: F401
from PIL import Image
from torchvision.models._meta import _IMAGENET_CATEGORIES
from torchvision.transforms import CenterCrop, Compose, Normalize, Resize, ToTensor

from common import FIXTURES, write_json

MEAN = STD = (0.5, 0.5, 0.5)


def make():
    write_json(FIXTURES / "goldens/imagenet_classes.json", list(_IMAGENET_CATEGORIES))
    preprocess = Compose([Resize(256), CenterCrop(224), ToTensor(), Normalize(MEAN, STD)])
    model = torch.jit.load(str(FIXTURES / "models/efficientnet_lite0.pt")).eval()
    photos = {}
    for path in sorted((FIXTURES / "images").glob("*.[jp][pn]g")):
        image = preprocess(Image.open(path).convert("RGB"))[None]
        with torch.no_grad():
            logits = model(image)[0]
        top = logits.topk(5)
        photos[path.name] = [
            {"index": i, "name": _IMAGENET_CATEGORIES[i], "logit": round(v, 5)}
            for v, i in zip(top.values.tolist(), top.indices.tolist())
        ]
    write_json(
        FIXTURES / "goldens/efficientnet_lite0_photos.json",
        {"preprocessing": {"resize": 256, "crop": 224, "mean": MEAN, "std": STD}, "photos": photos},
    )
