"""Node names and sizes of the torchvision models that are written in Swift too."""
import hashlib
import inspect
import json
import warnings

import torch
import torchvision_cpu  # noqa: F401
import timm
import torchvision
from timm.layers import Conv2dSame
from torchvision.models import regnet
from torchvision.models import feature_extraction

from common import FIXTURES, write_lines

FIRST = (
    "resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d resnext101_64x4d wide_resnet50_2 "
    "wide_resnet101_2 googlenet inception_v3 vgg11 vgg13 vgg16 vgg19 vgg11_bn vgg13_bn vgg16_bn vgg19_bn alexnet "
    "mobilenet_v2 mobilenet_v3_small mobilenet_v3_large vit_b_16 vit_b_32 vit_l_16 vit_l_32 vit_h_14"
).split()
SECOND = (
    "squeezenet1_0 squeezenet1_1 densenet121 densenet161 densenet169 densenet201 mnasnet0_5 mnasnet0_75 mnasnet1_0 "
    "mnasnet1_3 shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0 efficientnet_b0 "
    "efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4 efficientnet_b5 efficientnet_b6 efficientnet_b7 "
    "efficientnet_v2_s efficientnet_v2_m efficientnet_v2_l regnet_y_400mf regnet_y_800mf regnet_y_1_6gf "
    "regnet_y_3_2gf regnet_y_8gf regnet_y_16gf regnet_y_32gf regnet_y_128gf regnet_x_400mf regnet_x_800mf "
    "regnet_x_1_6gf regnet_x_3_2gf regnet_x_8gf regnet_x_16gf regnet_x_32gf convnext_tiny convnext_small "
    "convnext_base convnext_large"
).split()
THIRD = (
    "fcn_resnet50 fcn_resnet101 deeplabv3_resnet50 deeplabv3_resnet101 deeplabv3_mobilenet_v3_large "
    "lraspp_mobilenet_v3_large r3d_18 mc3_18 r2plus1d_18 s3d swin_t swin_s swin_b swin_v2_t swin_v2_s swin_v2_b swin3d_t "
    "swin3d_s swin3d_b maxvit_t mvit_v1_b mvit_v2_s"
).split()

# torchvision's tracer refuses these: they branch on the sizes of images.
FLOWS = ["raft_large", "raft_small"]
# Models of timm, with a prefix where torchvision has the name too, or where it means another model in Swift.
TIMM = (
    "vit_tiny_patch16_224 vit_tiny_patch16_384 vit_small_patch32_224 vit_small_patch32_384 vit_small_patch16_224 "
    "vit_small_patch16_384 vit_base_patch32_224 vit_base_patch32_384 vit_base_patch16_224 vit_base_patch16_384 "
    "vit_base_patch8_224 vit_large_patch32_224 vit_large_patch32_384 vit_large_patch16_224 vit_large_patch16_384 "
    "vit_large_patch14_224 vit_huge_patch14_224 timm/convnext_tiny timm/convnext_small timm/convnext_base "
    "timm/convnext_large timm/efficientnet_lite0 efficientnet_lite1 efficientnet_lite2 efficientnet_lite3 "
    "efficientnet_lite4 tf_efficientnet_lite0 tf_efficientnet_lite1 tf_efficientnet_lite2 tf_efficientnet_lite3 "
    "tf_efficientnet_lite4 resnet18d resnet26d resnet34d resnet50d resnet101d resnet152d resnet200d"
).split()

_regnet_plan = regnet.BlockParams.from_init_params


def _plan_with_numbers(**arguments):
    """The widths of RegNets are computed with tensors, which need their numbers."""
    with torch.device("cpu"):
        return _regnet_plan(**arguments)


regnet.BlockParams.from_init_params = _plan_with_numbers


def without_memory(name):
    """A model whose tensors have shapes and no numbers: enough to trace it, and to count."""
    with torch.device("meta"):
        return model_without_weights(name)


def model_without_weights(name, **options):
    """Segmentation models have a backbone, whose weights are asked for separately."""
    if name in TIMM:
        return timm.create_model(name.removeprefix("timm/"), **options)
    builder = torchvision.models.get_model_builder(name)
    backbone = {"weights_backbone": None} if "weights_backbone" in inspect.signature(builder).parameters else {}
    return builder(weights=None, **backbone, **options)


def node_names(model):
    # A convolution with TensorFlow's padding needs its input's size as a number.
    tracer = feature_extraction._set_default_tracer_kwargs(None)
    tracer["leaf_modules"] = [*tracer["leaf_modules"], Conv2dSame]
    train, evaluation = feature_extraction.get_graph_node_names(model, tracer_kwargs=tracer)
    return {"train": train, "eval": evaluation}


def size(model):
    """How many numbers the parameters have, and hashes of the state dict's keys and shapes in order, and of the text that
    `print` shows, which has the options of all layers."""
    state = model.state_dict()
    text = "\n".join(f"{key} {list(tensor.shape)}" for key, tensor in state.items())
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "keys": len(state),
        "key_hash": hashlib.sha256(text.encode()).hexdigest(),
        "print_hash": hashlib.sha256(repr(model).encode()).hexdigest(),
    }


def sizes(models):
    return {name: size(without_memory(name)) for name in models}


def write(file, models, known, shares_lists):
    """Names of the models that `known` lacks; fails where it says otherwise for the others.

    With `shares_lists`, a model whose modes have the same names has one list, under `both`, and a model that has the names
    of another one has that one's name, under `same`.
    """
    goldens = {}
    first = {}
    for name in models:
        names = node_names(without_memory(name))
        if name in known and names != known[name]:
            raise ValueError(f"{name}: other node names than in goldens/node_names.json")
        if name not in known:
            same = shares_lists and names["train"] == names["eval"]
            key = json.dumps(names)
            if shares_lists and key in first:
                goldens[name] = {"same": [first[key]]}
                continue
            first[key] = name
            goldens[name] = {"both": names["eval"]} if same else names
    path = FIXTURES / "goldens" / file
    write_lines(path, goldens, depth=2)
    print(f"{file}: {len(goldens)} models, {path.stat().st_size} bytes")


def make():
    """Names of the models that `node_names.json` lacks; fails where that file says otherwise for the others."""
    warnings.simplefilter("ignore")
    known = json.loads((FIXTURES / "goldens/node_names.json").read_text())
    write("source_node_names.json", FIRST, known, shares_lists=False)
    write("source_node_names_2.json", SECOND, known, shares_lists=True)
    write("source_node_names_3.json", THIRD, known, shares_lists=True)
    write("source_node_names_4.json", TIMM, known, shares_lists=True)
