"""Makes the fixtures again:

    python Fixtures/scripts/make.py [pretrained | zoo | constructs | control | old | outside | layers | operations | bad | hostile | names | namer | leaves | spelling | presets | source | initial | states | plugins | detection | detection_parts | detectors | one_stage | checks | forms | values | printed | modes | calls | traced | saved | training] [name ...]

Needs: pip install 'torch==2.13.0+cpu' numpy pillow safetensors && pip install --no-deps torchvision==0.28.0
"""
import importlib
import os
import sys


def main(arguments):
    groups = arguments[:1] or ["pretrained", "zoo", "constructs", "control", "old", "outside", "layers", "operations", "bad", "hostile", "names", "namer", "leaves", "spelling", "presets", "source", "initial", "states", "plugins", "detection", "detection_parts", "detectors", "one_stage", "checks", "forms", "values", "printed", "modes", "calls", "traced", "saved", "training"]
    for group in groups:
        importlib.import_module(group).make(*([arguments[1:]] if arguments[1:] else []))


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # TorchScript writes constants in the order of a set of strings
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    main(sys.argv[1:])
