"""Operations on tensors: what they return for small inputs.

The cases live in operations_cases.py and operations_more.py. A case's text is a Python expression, or a statement that
writes `a`. Where the result of an expression has gradients, they are in the goldens too.
"""
import json

import torch

from common import FIXTURES, formula, write_json
from constructs import encode
from layers import golden, map_tensors, run_on
from operations_cases import GROUPS as FIRST_GROUPS
from operations_more import MORE_GROUPS

GROUPS = {**FIRST_GROUPS, **MORE_GROUPS}
LETTERS = "abcd"
NAMES = {"torch": torch, "F": torch.nn.functional, "inf": float("inf"), "nan": float("nan")}


def read(value):
    return value.clone() if isinstance(value, torch.Tensor) else formula(value.shape, value.dtype, value.shift)


def value_of(value):
    """A golden: numbers, texts and booleans keep their type, as in the constructs' goldens."""
    if isinstance(value, (bool, int, float)):
        return encode(value)
    if isinstance(value, (list, tuple)):
        return [value_of(item) for item in value]
    return golden(value)


def tensors_in(value):
    if isinstance(value, torch.Tensor):
        return [value]
    return [tensor for item in value for tensor in tensors_in(item)] if isinstance(value, (list, tuple)) else []


def gradients(code, inputs):
    """The gradients, by input, of the sum of the results weighted with numbers from 0.5 to 1.5. None without any."""
    leaves = [tensor.requires_grad_() if tensor.is_floating_point() else tensor for tensor in inputs]
    torch.manual_seed(20)
    try:
        results = tensors_in(eval(code, {**NAMES, **dict(zip(LETTERS, leaves))}))
    except RuntimeError:  # an input is written, which a leaf must not be
        return None
    results = [result for result in results if result.requires_grad and not result.is_complex()]
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    if not results or any(result is leaf for result in results for leaf in leaves):
        return None
    weights = [torch.linspace(0.5, 1.5, result.numel()).reshape(result.shape).to(result.dtype) for result in results]
    total = sum((result * weight).sum() for result, weight in zip(results, weights, strict=True))
    try:
        found = iter(torch.autograd.grad(total, wanted, allow_unused=True))
    except RuntimeError:  # the operator has none
        return None
    found = [next(found) if leaf.requires_grad else None for leaf in leaves]
    return [None if gradient is None else golden(gradient) for gradient in found]


def build(text, inputs, raises=None):
    inputs = run_on(list(inputs))
    entry = {"case": text, "inputs": [encode(value) for value in inputs]}
    tensors = map_tensors(read, inputs)
    before = map_tensors(torch.clone, tensors)
    slopes = None
    names = {**NAMES, **dict(zip(LETTERS, tensors))}
    torch.manual_seed(20)
    try:
        try:
            code = compile(text, text, "eval")
        except SyntaxError:
            exec(compile(text, text, "exec"), names)
            output = tensors[0]
        else:
            output = eval(code, names)
            slopes = None if raises else gradients(code, map_tensors(read, inputs))
    except Exception as error:  # noqa: BLE001
        if raises is None or raises not in str(error):
            raise ValueError(f"{text}: {type(error).__name__}: {error}") from error
        return {**entry, "raises": raises}
    if raises is not None:
        raise ValueError(f"{text}: the call was to fail")
    entry["output"] = value_of(output)
    if slopes is not None:
        entry["gradients"] = slopes
    for tensor, old in zip(tensors, before, strict=True):
        if output is not tensor and not torch.equal(torch.nan_to_num(tensor), torch.nan_to_num(old)):
            raise ValueError(f"{text}: writes a tensor that it does not return")
    return entry


def make(names=None):
    """With names of groups of operations, prints their goldens and writes nothing."""
    torch.set_num_threads(1)
    chosen = {group: cases for group, cases in GROUPS.items() if not names or group in names}
    goldens = {group: [build(*case) for case in cases] for group, cases in chosen.items()}
    print(f"operations: {sum(len(cases) for cases in goldens.values())} cases")
    if names:
        print(json.dumps(goldens, indent=1))
    else:
        write_json(FIXTURES / "goldens/operations.json", goldens, indent=0)
