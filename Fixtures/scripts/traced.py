"""Archives of torchvision's models made by `torch.jit.trace`, with the numbers of the scripted ones in zoo/.

They have no source ranges, which would name files of the machine that made them.
"""
import torch
import torchvision_cpu  # noqa: F401
import torchvision

from calls import short_traces
from common import FIXTURES, in_processes, machine_paths
from zoo import ENTRIES, Views, inputs_of, without_initialisation

NAMES = [
    "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "fcn_resnet50", "mc3_18", "mnasnet1_0",
    "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small", "r3d_18", "regnet_x_400mf", "resnet18",
    "resnet50", "resnext50_32x4d", "shufflenet_v2_x1_0", "squeezenet1_0", "vgg11", "vgg16_bn", "wide_resnet50_2",
]


def build(name):
    entry = ENTRIES[name]
    torch.manual_seed(0)
    torch.set_num_threads(1)
    without_initialisation()
    model = torchvision.models.get_model(name, **{"weights": None, **entry.arguments}).eval()
    arguments = inputs_of(entry)
    Views(name, model).calibrate(arguments)
    path = FIXTURES / "traced" / f"{name}.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.jit.trace(model, arguments, check_trace=False, strict=False).save(str(path))
    short_traces(path, bare=True)
    if left := machine_paths(path):
        raise ValueError(f"names files of this machine: {left[:3]}")
    return path.stat().st_size


def make(names=None):
    sizes = [size for _, size in in_processes(build, names or NAMES) if size]
    print(f"traced: {len(sizes)} archives, {sum(sizes)} bytes")
