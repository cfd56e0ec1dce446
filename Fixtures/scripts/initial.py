"""What models hold after construction, before any weights are loaded: draws come in the order of construction, then in
that of the model's own initialisation."""
import torch
import torchvision_cpu  # noqa: F401

from common import FIXTURES, in_processes, write_lines
from names import model_without_weights

SEED = 7
OPTIONS = {"googlenet": {"init_weights": True}}
DISTRIBUTIONS = [
    "resnet18", "resnet50", "resnext50_32x4d", "vgg11_bn", "alexnet", "googlenet", "inception_v3", "mobilenet_v2",
    "mobilenet_v3_small", "mobilenet_v3_large", "vit_b_16", "squeezenet1_0", "densenet121", "mnasnet1_0",
    "shufflenet_v2_x1_0", "efficientnet_b0", "efficientnet_v2_s", "regnet_y_400mf", "convnext_tiny", "fcn_resnet50",
    "lraspp_mobilenet_v3_large", "r2plus1d_18", "s3d", "swin_t", "swin_v2_t", "swin3d_t", "maxvit_t", "vit_tiny_patch16_224",
    "timm/convnext_tiny", "resnet26d", "mvit_v2_s",
]


def distributions(name):
    """For each parameter the one number that it holds, or mean, standard deviation and largest magnitude."""
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    model = model_without_weights(name, **OPTIONS.get(name, {}))
    return {key: distribution(parameter.detach()) for key, parameter in model.named_parameters()}


def distribution(tensor):
    flat = tensor.flatten().double()
    if (flat == flat[0]).all():
        return flat[0].item()
    return [float(f"{x.item():.6g}") for x in (flat.mean(), flat.std(), flat.abs().max())]


def make():
    path = FIXTURES / "goldens/source_distributions.json"
    goldens = {name: result for name, result in in_processes(distributions, DISTRIBUTIONS, workers=2)}
    write_lines(path, goldens, depth=1)
    print(f"distributions: {len(goldens)} models, {path.stat().st_size} bytes")
