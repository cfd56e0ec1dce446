"""Operations on tensors: what they return for small inputs.

The cases live in operations_cases.py. A case's text is a Python expression, or a statement that writes `a`.
"""
import json

import torch

from common import FIXTURES, formula, write_json
from constructs import encode
from layers import golden, map_tensors, run_on
from operations_cases import GROUPS

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


def build(text, inputs, raises=None):
    inputs = run_on(list(inputs))
    entry = {"case": text, "inputs": [encode(value) for value in inputs]}
    tensors = map_tensors(read, inputs)
    before = map_tensors(torch.clone, tensors)
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
    except Exception as error:  # noqa: BLE001
        if raises is None or raises not in str(error):
            raise ValueError(f"{text}: {type(error).__name__}: {error}") from error
        return {**entry, "raises": raises}
    if raises is not None:
        raise ValueError(f"{text}: the call was to fail")
    entry["output"] = value_of(output)
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
