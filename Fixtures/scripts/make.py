"""Makes the fixtures again:

    python Fixtures/scripts/make.py [GROUP] [name ...]

Needs: pip install 'torch==2.13.0+cpu' numpy pillow safetensors && pip install --no-deps torchvision==0.28.0
"""
import importlib
import os
import sys

GROUPS = """
pretrained
zoo
constructs
control
old
outside
layers
operations
bad
hostile
names
namer
leaves
spelling
presets
source
initial
states
plugins
detection
detection_parts
detectors
one_stage
checks
forms
values
printed
modes
calls
traced
saved
training
shapes
exported
edits
tars
arrow
""".split()


def main(arguments):
    groups = arguments[:1] or GROUPS
    for group in groups:
        importlib.import_module(group).make(*([arguments[1:]] if arguments[1:] else []))


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # TorchScript writes constants in the order of a set of strings. Kernels of other instructions than AVX2 give other
        # last bits, which gradients of networks with random weights magnify: the tests restrict libtorch to these too.
        fixed = {"PYTHONHASHSEED": "0", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **fixed})
    main(sys.argv[1:])
