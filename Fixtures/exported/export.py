"""Writes a PyTorch model as one .pt2 archive that has it in train mode and in eval mode, for Xylem.

    python export.py my_package.models:make_model model.pt2 2,3,224,224
    python export.py torchvision.models:resnet18 resnet18.pt2 2,3,224,224 --dynamic-batch

MODEL is a function that returns the model, or the model itself. Each word after the archive is the shape of an input,
which is filled with random numbers.
"""
import argparse
import importlib

import torch
from torch.export.pt2_archive._package import package_pt2

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("archive")
parser.add_argument("shapes", nargs="+")
parser.add_argument("--dynamic-batch", action="store_true", help="keep the first size of the inputs open")
options = parser.parse_args()

module, name = options.model.split(":")
model = getattr(importlib.import_module(module), name)
if not isinstance(model, torch.nn.Module):
    model = model()
inputs = tuple(torch.randn([int(size) for size in shape.split(",")]) for shape in options.shapes)
batch = torch.export.Dim("batch")
dynamic = tuple({0: batch} for _ in inputs) if options.dynamic_batch else None
paths = tuple(path for path, _ in model.named_modules() if path)

programs = {}
for mode in ("train", "eval"):
    model.train(mode == "train")
    try:
        # With the inputs and results of each module, its path means exactly what it returned.
        programs[mode] = torch.export.export(
            model, inputs, dynamic_shapes=dynamic, preserve_module_call_signature=paths
        )
    except Exception as error:
        print(f"{mode} mode is exported without what modules return: {type(error).__name__}: {error}")
        programs[mode] = torch.export.export(model, inputs, dynamic_shapes=dynamic)
package_pt2(options.archive, exported_programs=programs)
