"""Node names and sizes of the torchvision models that are written in Swift too."""
import hashlib
import json
import warnings

import torch
import torchvision_cpu  # noqa: F401
import torchvision
from torchvision.models.feature_extraction import get_graph_node_names

from common import FIXTURES, write_lines

MODELS = (
    "resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d resnext101_64x4d wide_resnet50_2 "
    "wide_resnet101_2 googlenet inception_v3 vgg11 vgg13 vgg16 vgg19 vgg11_bn vgg13_bn vgg16_bn vgg19_bn alexnet "
    "mobilenet_v2 mobilenet_v3_small mobilenet_v3_large vit_b_16 vit_b_32 vit_l_16 vit_l_32 vit_h_14"
).split()


def without_memory(name):
    """A model whose tensors have shapes and no numbers: enough to trace it, and to count."""
    with torch.device("meta"):
        return torchvision.models.get_model(name, weights=None)


def node_names(model):
    train, evaluation = get_graph_node_names(model)
    return {"train": train, "eval": evaluation}


def size(model):
    """How many numbers the parameters have, and a hash of the state dict's keys and shapes in order."""
    state = model.state_dict()
    text = "\n".join(f"{key} {list(tensor.shape)}" for key, tensor in state.items())
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "keys": len(state),
        "key_hash": hashlib.sha256(text.encode()).hexdigest(),
    }


def sizes():
    return {name: size(without_memory(name)) for name in MODELS}


def make():
    """Names of the models that `node_names.json` lacks; fails where that file says otherwise for the others."""
    warnings.simplefilter("ignore")
    known = json.loads((FIXTURES / "goldens/node_names.json").read_text())
    goldens = {}
    for name in MODELS:
        names = node_names(without_memory(name))
        if name not in known:
            goldens[name] = names
        elif names != known[name]:
            raise ValueError(f"{name}: other node names than in goldens/node_names.json")
    path = FIXTURES / "goldens/source_node_names.json"
    write_lines(path, goldens, depth=2)
    print(f"names: {len(goldens)} models, {path.stat().st_size} bytes")
