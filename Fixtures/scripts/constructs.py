"""Small scripted modules, one for each construct of TorchScript that a tracer meets, with golden values.

The modules live in constructs_*.py. Every golden is what the Python module returned, and what hooks that clone saw at
its submodules, checked against a run of the archive as it loads.
"""
import copy
import importlib

import torch

from common import FIXTURES, clone_tree, formula, in_processes, machine_paths, number, write_json

THEMES = ("constructs_values", "constructs_control", "constructs_modules", "constructs_tensors")


class I:
    """An input tensor made by the formula."""

    def __init__(self, *shape, dtype=torch.float32, shift=0):
        self.shape, self.dtype, self.shift = list(shape), dtype, shift


class Case:
    """One call. `raises` is part of the message where the call must fail; `python_method` is the name of the method
    before it was scripted, where it differs."""

    def __init__(self, *inputs, method="forward", python_method=None, raises=None):
        self.inputs, self.method, self.python_method, self.raises = inputs, method, python_method or method, raises


class Construct:
    """How a module is made and called. `train=False` leaves out goldens of a random train mode, `eval=False` those of a
    random eval mode; `hooks=False` leaves out submodules; `scripted=True` takes goldens from the scripted module."""

    def __init__(self, make, *cases, train=True, eval=True, hooks=True, scripted=False):
        self.make, self.cases = make, [c if isinstance(c, Case) else Case(*c) for c in cases]
        self.train, self.eval, self.hooks, self.scripted = train, eval, hooks, scripted


def materialize(value):
    if isinstance(value, I):
        return formula(value.shape, value.dtype, value.shift)
    if isinstance(value, dict):
        return {key: materialize(item) for key, item in value.items()}
    if hasattr(value, "_fields"):
        return type(value)(*(materialize(item) for item in value))
    if isinstance(value, (list, tuple)):
        return type(value)(materialize(item) for item in value)
    return value


def encode(value):
    """A value as JSON that keeps types apart; see the README."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, I):
        return {"formula": value.shape, "dtype": str(value.dtype).removeprefix("torch."), "shift": value.shift}
    if isinstance(value, torch.Tensor):
        flat = value.detach().reshape(-1)
        if flat.is_complex():
            flat = torch.view_as_real(flat).reshape(-1)
        numbers = flat.tolist() if flat.dtype in (torch.int64, torch.int32, torch.uint8, torch.bool) else flat.double().tolist()
        numbers = [number(n) for n in numbers]
        return {"tensor": numbers, "shape": list(value.shape), "dtype": str(value.dtype).removeprefix("torch.")}
    if isinstance(value, int):
        return {"int": value}
    if isinstance(value, float):
        return {"float": number(value)}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, dict):
        return {"dict": [[encode(key), encode(item)] for key, item in value.items()]}
    if isinstance(value, tuple):
        fields = {"fields": list(value._fields)} if hasattr(value, "_fields") else {}
        return {"tuple": [encode(item) for item in value], **fields}
    if isinstance(value, list):
        return {"list": [encode(item) for item in value]}
    raise TypeError(f"no golden for {type(value)}")


def paths_of(model):
    return [(path, module) for path, module in model.named_modules(remove_duplicate=False) if path]


def call(model, case, hooks):
    """The golden of one call, on a copy, so that state written by one call does not reach the next."""
    torch.manual_seed(0)
    model = copy.deepcopy(model)
    calls, handles, seen = {}, [], set()
    for path, module in paths_of(model) if hooks else []:
        if id(module) in seen or not hasattr(module, "register_forward_hook") or isinstance(module, torch.jit.ScriptModule):
            continue
        seen.add(id(module))
        handles.append(
            module.register_forward_hook(lambda m, i, o, path=path: calls.setdefault(path, []).append(clone_tree(o)))
        )
    try:
        output = getattr(model, case.python_method)(*materialize(case.inputs))
    except Exception as error:  # noqa: BLE001
        if case.raises is None or case.raises not in str(error):
            raise
        return {"raises": case.raises}
    assert case.raises is None, "the call was to fail"
    return {"output": encode(output), "modules": {path: [encode(v) for v in values] for path, values in calls.items()}}


def close(a, b):
    """Whether two encoded values agree, structure and all."""
    if isinstance(a, dict) and isinstance(b, dict):
        if "tensor" in a:
            numbers = [torch.tensor([float(n) for n in v["tensor"]], dtype=torch.float64) for v in (a, b)]
            same = a["shape"] == b["shape"] and a["dtype"] == b["dtype"]
            return same and torch.allclose(*numbers, rtol=1e-5, atol=1e-6, equal_nan=True)
        plain = [{k: v for k, v in d.items() if k != "fields"} for d in (a, b)]
        return plain[0].keys() == plain[1].keys() and all(close(plain[0][k], plain[1][k]) for k in plain[0])
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b))
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= 1e-6 + 1e-5 * abs(b)
    return a == b


def constructs():
    return {name: c for theme in THEMES for name, c in importlib.import_module(theme).CONSTRUCTS.items()}


def build(name):
    return build_in("constructs", name, constructs()[name])


def build_in(folder, name, construct):
    torch.manual_seed(1)
    model = construct.make()
    scripted = torch.jit.script(model)
    path = FIXTURES / folder / f"{name}.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    scripted.save(str(path))
    if left := machine_paths(path):
        raise ValueError(f"names files of this machine: {left[:3]}")
    golden = {"archive": f"{name}.pt", "type": scripted.original_name, "cases": []}
    for case in construct.cases:
        entry = {"method": case.method, "inputs": [encode(i) for i in case.inputs]}
        for mode in ("train", "eval"):
            if not getattr(construct, mode):
                continue
            source = copy.deepcopy(scripted if construct.scripted else model)
            loaded = torch.jit.load(str(path))
            if mode == "eval":
                source.eval(), loaded.eval()
            entry[mode] = call(source, case, construct.hooks and not construct.scripted)
            try:
                again = encode(getattr(loaded, case.method)(*materialize(case.inputs)))
            except Exception as error:  # noqa: BLE001
                if case.raises is None:
                    raise
                entry[mode]["raises_in_archive"] = type(error).__name__
                assert case.raises in str(error), str(error)
                continue
            if not close(entry[mode]["output"], again):
                raise ValueError(f"the archive disagrees in {mode} mode:\n{entry[mode]['output']}\n{again}")
        golden["cases"].append(entry)
    return golden, path.stat().st_size


def make(names=None):
    make_in("constructs", build, list(constructs()), names)


def make_in(folder, build, known, names):
    goldens, total = {}, 0
    for name, result in in_processes(build, names or known):
        if result:
            goldens[name], size = result
            total += size
    print(f"{folder}: {len(goldens)} archives, {total} bytes")
    if not names:
        write_json(FIXTURES / folder / "goldens.json", goldens)
