"""How PyTorch prints its layers and torchvision its models: `repr` of each."""
import importlib

import torchvision_cpu  # noqa: F401  before torchvision
import torchvision

from common import FIXTURES, write_lines
from layers import NAMES, THEMES

# Given as integers, and printed as such: the layers in Swift take floating-point numbers.
LEFT_OUT = {"Threshold(0.25, 20)", "Softplus(beta=2, threshold=5)"}
MODELS = ("alexnet", "googlenet", "inception_v3", "mobilenet_v2", "mobilenet_v3_small", "resnet18", "vgg11_bn", "vit_b_16")


def make(names=None):
    layers = {}
    for theme in THEMES:
        for case in importlib.import_module(theme).CASES:
            if case.text not in LEFT_OUT:
                layers[case.text] = repr(eval(case.text, NAMES))
    models = {name: repr(torchvision.models.get_model(name, weights=None)) for name in MODELS}
    write_lines(FIXTURES / "goldens/printed.json", {"layers": layers, "models": models}, 2)
