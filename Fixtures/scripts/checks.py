"""Which shapes of inputs PyTorch's layers and functions refuse, in both modes.

A case's text is the Python expression that makes the layer, or that calls a function on `x`. The golden is the output's
shape, or null where the call raises.
"""
import torch

from common import FIXTURES, formula, write_lines

NAMES = {**vars(torch.nn), "F": torch.nn.functional, "torch": torch}
SHAPES = (
    [3], [1, 3], [2, 3], [0, 3], [3, 2], [1, 3, 1], [2, 3, 1], [1, 3, 2], [3, 2, 2], [2, 3, 4], [1, 3, 1, 1], [1, 3, 2, 2],
    [2, 3, 1, 1], [3, 1, 1, 1], [1, 3, 1, 1, 1], [1, 3, 2, 2, 2], [1, 3, 1, 1, 1, 1],
)
LAYERS = (
    "BatchNorm1d(3)", "BatchNorm1d(3, track_running_stats=False)", "BatchNorm1d(3, momentum=None)", "BatchNorm1d(3, eps=0.0)",
    "BatchNorm2d(3)", "BatchNorm2d(3, affine=False)", "BatchNorm3d(3)",
    "InstanceNorm1d(3, affine=True)", "InstanceNorm1d(3, affine=True, track_running_stats=True)",
    "InstanceNorm2d(3, affine=True)", "InstanceNorm3d(3, affine=True)",
    "GroupNorm(3, 3)", "GroupNorm(1, 3)", "LayerNorm(3)", "LocalResponseNorm(2)", "Softmax2d()",
    "Dropout1d(0.0)", "Dropout2d(0.0)", "Dropout3d(0.0)",
    "Upsample(scale_factor=2)", "Upsample(scale_factor=2, mode='linear')", "Upsample(size=[3, 3], mode='bilinear')",
    "Upsample(scale_factor=2, mode='trilinear')",
    "AdaptiveAvgPool2d((None, 2))", "AdaptiveAvgPool1d(2)", "AdaptiveMaxPool2d(1)", "MaxPool2d(2)", "AvgPool1d(2)",
    "Conv1d(3, 2, 1)", "Conv2d(3, 2, 1)", "Conv2d(3, 2, 2, padding=1, padding_mode='reflect')", "ConvTranspose2d(3, 2, 2)",
    "CircularPad1d(1)", "CircularPad2d(1)", "ReflectionPad1d(1)", "ReflectionPad2d(1)", "ReplicationPad2d(1)",
    "ZeroPad2d(1)", "Linear(3, 2)", "PReLU(3)", "GLU(-1)", "Flatten()",
    "Sequential(Conv2d(3, 3, 1), BatchNorm2d(3), ReLU())",
)
FUNCTIONS = (
    "F.batch_norm(x, None, None, training=True)", "F.batch_norm(x, None, None, training=True, eps=0.0)",
    "F.instance_norm(x)", "F.group_norm(x, 3)", "F.group_norm(x, 1)",
    "F.interpolate(x, scale_factor=2.0, mode='bilinear')", "F.interpolate(x, scale_factor=2.0, mode='linear')",
)
# The query's, key's and value's shapes, and those of the masks, which are of numbers; null for none.
ATTENTION = (
    ([2, 3, 6], [4, 3, 6], [4, 3, 6], None, None), ([2, 3, 6], [4, 6, 6], [4, 6, 6], None, None),
    ([2, 3, 6], [4, 3, 6], [2, 3, 6], None, None), ([2, 3, 5], [4, 3, 6], [4, 3, 6], None, None),
    ([2, 6], [4, 6], [4, 6], None, None), ([2, 6], [4, 1, 6], [4, 1, 6], None, None),
    ([2, 3, 6], [4, 3, 6], [4, 3, 6], [3, 4], None), ([2, 3, 6], [4, 3, 6], [4, 3, 6], [4, 3], None),
    ([2, 3, 6], [4, 3, 6], [4, 3, 6], None, [2, 4]), ([2, 3, 6], [4, 3, 6], [4, 3, 6], None, [1, 4]),
    ([2, 3, 6], [4, 3, 6], [4, 3, 6], None, [6, 2, 4]), ([2, 3, 6], [4, 3, 6], [4, 3, 6], None, [3, 2, 4]),
    ([2, 6], [4, 6], [4, 6], [4], [2, 4]), ([2, 6], [4, 6], [4, 6], [1, 4], None),
    ([2, 6], [4, 6], [4, 6], None, [2, 2, 4]), ([2, 6], [4, 6], [4, 6], None, [1, 2, 4]),
)


def shape_of(call):
    try:
        return list(call().shape)
    except (RuntimeError, ValueError, AssertionError, IndexError, NotImplementedError):
        return None


def make(names=None):
    cases = {}
    for text in LAYERS:
        cases[text] = {}
        for mode in ("train", "eval"):
            layer = eval(text, NAMES).train(mode == "train")
            cases[text][mode] = [shape_of(lambda: layer(formula(shape))) for shape in SHAPES]
    for text in FUNCTIONS:
        cases[text] = {"train": [shape_of(lambda: eval(text, NAMES, {"x": formula(shape)})) for shape in SHAPES]}
    attention = []
    for *inputs, padding, mask in ATTENTION:
        layer = torch.nn.MultiheadAttention(6, 2)
        masks = {"key_padding_mask": padding, "attn_mask": mask}
        given = {name: formula(shape) for name, shape in masks.items() if shape is not None}
        output = shape_of(lambda: layer(*[formula(shape) for shape in inputs], **given)[0])
        attention.append({"inputs": inputs, **masks, "output": output})
    write_lines(FIXTURES / "goldens/checks.json", {"shapes": list(SHAPES), "cases": cases, "attention": attention}, 3)
