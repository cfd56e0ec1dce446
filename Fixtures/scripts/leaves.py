"""Which module types and functions torchvision's feature extraction does not trace through."""
import importlib
import inspect
import pkgutil
import warnings

import torch
import torchvision_cpu  # noqa: F401
import torchvision
from torch.fx._symbolic_trace import _wrapped_fns_to_patch
from torchvision.models.feature_extraction import NodePathTracer
from torchvision.models.feature_extraction import _get_leaf_modules_for_ops as leaf_types

from common import FIXTURES, write_lines


def modules_of(package):
    yield package
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".", onerror=lambda name: None):
        try:
            yield importlib.import_module(found.name)
        except Exception:  # parts that need a library that is not installed
            continue


def types():
    """Every module type of torch.nn, torch.ao.nn and torchvision, by its qualified name."""
    found = {}
    for package in (torch.nn, torch.ao.nn, torchvision):
        for module in modules_of(package):
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, torch.nn.Module):
                    name = f"{value.__module__}.{value.__qualname__}"
                    if value.__module__.startswith(("torch.nn.", "torch.ao.nn.", "torchvision.")):
                        found[name] = value
    return found


def make():
    warnings.simplefilter("ignore")
    tracer = NodePathTracer(leaf_modules=leaf_types())
    found = types()
    concrete = [name for name in sorted(found) if not inspect.isabstract(found[name])]
    modules = {name: tracer.is_leaf_module(object.__new__(found[name]), "") for name in concrete}
    # torch.fx keeps the functions that are marked with torch.fx.wrap, by their module's names.
    functions = sorted(f"{names['__name__']}.{name}" for (_, name), names in _wrapped_fns_to_patch.items())
    functions = [name for name in functions if name.startswith("torchvision.")]
    path = FIXTURES / "goldens/leaves.json"
    write_lines(path, {"modules": modules, "functions": functions}, depth=2)
    print(f"leaves: {sum(modules.values())} of {len(modules)} types, {len(functions)} functions")

