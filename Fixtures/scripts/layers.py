"""Every layer alone: what it returns, its gradients and its buffers in both modes, and how it is initialised.

The cases live in layers_*.py. A case's text is the Python expression that makes the layer. State and inputs come from
formulas, so that the goldens hold results alone.
"""
import importlib
import json

import torch

import torchvision_cpu  # noqa: F401  before torchvision
import torchvision

import weights
from common import FIXTURES, formula, number, statistics, write_json
from constructs import I, encode

THEMES = ("layers_linear", "layers_pooling", "layers_pointwise", "layers_sequence")
NAMES = {**vars(torch.nn), **vars(torchvision.ops), "torch": torch}
FULL = 64  # tensors of up to as many elements are stored whole


class Case:
    """One layer and one call of it. `raises` is part of the message where the call must fail: a text for both modes,
    or a dictionary by mode."""

    def __init__(self, text, *inputs, raises=None, **arguments):
        self.text, self.raises = text, raises if isinstance(raises, dict) else {"train": raises, "eval": raises}
        self.inputs = run_on([*inputs, arguments])
        self.arguments = self.inputs.pop()


def run_on(value, start=None):
    """The inputs with their shifts: the flat index runs on from one formula to the next. Tuples of whole numbers are
    shapes."""
    start = [0] if start is None else start
    if isinstance(value, tuple) and all(type(item) is int for item in value):
        value = I(*value)
    if isinstance(value, I):
        result = I(*value.shape, dtype=value.dtype, shift=value.shift + start[0])
        start[0] += torch.Size(value.shape).numel()
        return result
    if isinstance(value, dict):
        return {key: run_on(item, start) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(run_on(item, start) for item in value)
    return value


def map_tensors(function, value):
    if isinstance(value, (torch.Tensor, I)):
        return function(value)
    if isinstance(value, dict):
        return {key: map_tensors(function, item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map_tensors(function, item) for item in value)
    return value


def leaf(value):
    tensor = formula(value.shape, value.dtype, value.shift) if isinstance(value, I) else value.clone()
    return tensor.requires_grad_(tensor.is_floating_point())


def short(x):
    """Nine significant digits, which tell any two float32 numbers apart."""
    return number(float(f"{x:.9g}")) if isinstance(x, float) else x


def golden_tensor(tensor):
    if tensor.numel() <= FULL:
        whole = encode(tensor)
        return whole if tensor.dtype is torch.float64 else {**whole, "tensor": [short(x) for x in whole["tensor"]]}
    summary = statistics(tensor)
    return {key: [short(x) for x in item] if key == "samples" else short(item) for key, item in summary.items()}


def golden(value):
    """A nested value: tensors whole or as statistics, lists and tuples as arrays."""
    if isinstance(value, torch.Tensor):
        return golden_tensor(value.detach())
    if isinstance(value, (list, tuple)):
        return [golden(item) for item in value]
    if isinstance(value, dict):
        return {key: golden(item) for key, item in value.items()}
    assert value is None, value
    return None


def floating(value):
    """The floating-point tensors of a nested value, in order."""
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in floating(item)]
    return [value] if isinstance(value, torch.Tensor) and value.is_floating_point() else []


def result(case, mode):
    layer = eval(case.text, NAMES)
    layer.train(mode == "train")
    weights.load(layer)
    inputs = map_tensors(leaf, case.inputs)
    arguments = map_tensors(lambda value: leaf(value).detach(), case.arguments)
    passed = map_tensors(torch.clone, inputs)  # leaves must not be written, and layers may write what they are given
    torch.manual_seed(20)
    raises = case.raises.get(mode)
    try:
        output = layer(*passed, **arguments)
    except Exception as error:  # noqa: BLE001
        if raises is None or raises not in str(error):
            raise
        return {"raises": raises}
    assert raises is None, "the call was to fail"
    stored = golden(output)
    loss = sum((tensor * formula(tensor.shape, tensor.dtype)).sum() for tensor in floating(output))
    loss.backward()
    entry = {
        "output": stored,
        "input_gradients": golden(map_tensors(lambda tensor: tensor.grad, inputs)),
        "parameter_gradients": {key: golden(parameter.grad) for key, parameter in layer.named_parameters()},
        "buffers": {key: golden(buffer) for key, buffer in layer.named_buffers()},
    }
    pairs = zip(floating(inputs), floating(passed), strict=True)
    if not all(torch.allclose(a, b, rtol=0, atol=0, equal_nan=True) for a, b in pairs):
        entry["inputs_after"] = golden(passed)
    return entry


def build(case):
    state = eval(case.text, NAMES).state_dict()
    entry = {
        "case": case.text,
        "inputs": [encode(value) for value in case.inputs],
        "state": [[key, list(tensor.shape), str(tensor.dtype).removeprefix("torch.")] for key, tensor in state.items()],
    }
    if case.arguments:
        entry["arguments"] = {key: encode(value) for key, value in case.arguments.items()}
    train, evaluated = result(case, "train"), result(case, "eval")
    return {**entry, "train": train, **({"eval": evaluated} if evaluated != train else {})}


def initial(text):
    torch.manual_seed(7)
    layer = eval(text, NAMES)
    return {"case": text, "initial": {key: golden(tensor) for key, tensor in layer.state_dict().items()}}


def make(names=None):
    """With names of layer types, prints their goldens and writes nothing."""
    torch.set_num_threads(1)
    themes = [importlib.import_module(theme) for theme in THEMES]
    chosen = lambda text: not names or text.split("(")[0] in names  # noqa: E731
    cases, problems = [], []
    for case in (case for theme in themes for case in theme.CASES if chosen(case.text)):
        try:
            cases.append(build(case))
        except Exception as error:  # noqa: BLE001
            inputs = [encode(value) for value in case.inputs]
            problems.append(f"{case.text} of {inputs}: {type(error).__name__}: {error}")
    if problems:
        raise ValueError("\n".join(problems))
    initials = [initial(text) for theme in themes for text in theme.INITIAL if chosen(text)]
    goldens = {"cases": cases, "initialisation": initials}
    print(f"layers: {len(cases)} cases, {len(initials)} initialisations")
    if names:
        print(json.dumps(goldens, indent=1))
    else:
        write_json(FIXTURES / "goldens/layers.json", goldens, indent=0)
