"""Activations and dropouts."""
import torch

from layers import Case

POINTS = torch.tensor([-30, -20, -7, -3, -2, -1, -0.5, -0.25, 0, 0.25, 0.5, 1, 2, 3, 4, 6, 7, 20, 30])
INF = torch.tensor([float("-inf"), 0.0, 1.0, float("inf")])

_ON_POINTS = [
    "ReLU()", "ReLU(inplace=True)", "ReLU6()", "ReLU6(inplace=True)",
    "LeakyReLU()", "LeakyReLU(0.3)", "LeakyReLU(0.2, inplace=True)", "LeakyReLU(-0.5)",
    "PReLU()", "ELU()", "ELU(0.5)", "ELU(2.0, inplace=True)", "SELU()", "SELU(inplace=True)",
    "CELU()", "CELU(0.5)", "CELU(2.0, inplace=True)", "GELU()", "GELU(approximate='tanh')",
    "SiLU()", "SiLU(inplace=True)", "Mish()", "Mish(inplace=True)", "Sigmoid()", "Tanh()",
    "Softplus()", "Softplus(beta=2, threshold=5)", "Softsign()", "Hardswish()", "Hardswish(inplace=True)",
    "Hardsigmoid()", "Hardsigmoid(inplace=True)", "Hardtanh()", "Hardtanh(-2.0, 3.0)",
    "Hardtanh(-0.25, 0.25, inplace=True)",
    "LogSigmoid()", "Threshold(0.25, 20)", "Threshold(-1.0, 5.0, inplace=True)",
    "Hardshrink()", "Hardshrink(0.25)", "Softshrink()", "Softshrink(1.0)", "Tanhshrink()",
]

CASES = [
    *(Case(text, POINTS) for text in _ON_POINTS),
    *(Case(f"{name}()", (2, 3, 4)) for name in (
        "ReLU", "GELU", "SiLU", "Mish", "Hardswish", "Softplus", "Sigmoid", "Tanh", "ELU")),
    Case("ReLU()", (0, 3)),
    Case("ReLU()", INF),
    Case("ReLU()", torch.tensor([float("nan"), -1.0])),
    Case("PReLU(3)", (2, 3, 4)),
    Case("PReLU(3, init=0.1)", (4, 3)),
    Case("PReLU(2)", (2, 3, 2), raises="Mismatch of parameter numbers and input channel size"),
    Case("Softmax(dim=1)", (2, 5)),
    Case("Softmax(dim=-1)", POINTS),
    Case("Softmax(dim=0)", (3, 2, 4)),
    Case("Softmax(dim=1)", (4,), raises="Dimension out of range"),
    Case("Softmin(dim=1)", (2, 5)),
    Case("LogSoftmax(dim=1)", (2, 5)),
    Case("LogSoftmax(dim=-1)", POINTS),
    Case("LogSoftmax(dim=0)", (3, 2, 4)),
    Case("Softmax2d()", (2, 3, 2, 2)),
    Case("GLU()", (2, 6)),
    Case("GLU(dim=1)", (2, 4, 3)),
    Case("GLU()", (2, 5), raises="Halving dimension must be even, but dimension 1 is size 5"),
    Case("Dropout()", (6, 10)),
    Case("Dropout(0.2)", (3, 5)),
    Case("Dropout(0.0)", (3, 5)),
    Case("Dropout(1.0)", (3, 5)),
    Case("Dropout(0.3, inplace=True)", (3, 5)),
    Case("Dropout()", (0, 5)),
    Case("Dropout1d()", (4, 5, 3)),
    Case("Dropout1d(0.3)", (6, 3)),
    Case("Dropout2d()", (3, 5, 2, 2)),
    Case("Dropout2d(0.2, inplace=True)", (2, 5, 2, 2)),
    Case("Dropout2d(1.0)", (2, 3, 2, 2)),
    Case("Dropout3d()", (3, 5, 2, 1, 2)),
    Case("Dropout3d(0.3)", (5, 2, 2, 2)),
    Case("AlphaDropout()", (6, 10)),
    Case("AlphaDropout(0.2)", (3, 5)),
    Case("AlphaDropout(0.0)", (3, 5)),
    Case("AlphaDropout(1.0)", (3, 5)),
    Case("FeatureAlphaDropout(0.4)", (3, 5, 2, 2)),
]

INITIAL = ["PReLU()", "PReLU(3, init=0.1)"]
