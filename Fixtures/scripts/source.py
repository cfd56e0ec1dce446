"""Golden outputs, features and gradients of models whose weights follow the formula of `weights.py`.

Float32 runs with other numbers of threads, or on other processors, agree to float rounding, which deep batch norms over
two images amplify, and which moves a gradient further where a ReLU's input changes sign. How far is measured here by a
second run in double precision.
"""
import json

import torch
import torchvision_cpu  # noqa: F401
import torchvision

import weights
from common import FIXTURES, formula, in_processes, statistics_tree, write_lines
from names import FIRST, FLOWS, SECOND, THIRD, TIMM, model_without_weights, sizes
from zoo import flatten, record, without_initialisation

SEED = 20


class Entry:
    """Four modules over the depth of a model, and the smallest images at which its numbers are well conditioned.

    `lists_state`: whether the golden has each entry of the state dict, not only the hash in `sizes`.
    `trains`: whether the golden has a step in train mode.
    """

    def __init__(self, nodes, image=64, train_image=64, gain=1.0, lists_state=True, trains=True):
        self.nodes, self.gain, self.lists_state, self.trains = nodes.split(), gain, lists_state, trains
        self.input, self.train_input = [1, 3, image, image], [2, 3, train_image, train_image]


class Clip(Entry):
    """The same for a model of clips of 16 frames."""

    def __init__(self, nodes, image=32, train_image=32, **options):
        super().__init__(nodes, **options)
        self.input, self.train_input = [1, 3, 16, image, image], [2, 3, 16, train_image, train_image]


class Pair(Entry):
    """The same for a model of two images; the golden output is the last of its flows."""

    def __init__(self, nodes, **options):
        super().__init__(nodes, image=128, lists_state=False, trains=False, **options)


RESNET = "bn1 layer1 layer3.0.conv2 layer4"

# At a gain of 1 the five models with one of 1.5 hardly depend on the image in eval mode: another one changes the output
# by 1% (googlenet, mobilenet_v2) down to 0.01% (inception_v3, mobilenet_v3).
ENTRIES = {
    "resnet18": Entry(RESNET, train_image=96),
    "resnet50": Entry(RESNET, train_image=96),
    "resnext50_32x4d": Entry(RESNET, train_image=96),
    "googlenet": Entry("conv1 inception3a inception4c.branch3 inception5b", train_image=96, gain=1.5),
    "inception_v3": Entry(
        "Conv2d_1a_3x3 Mixed_5d Mixed_6c.branch7x7_2 Mixed_7c", image=96, train_image=299, gain=1.5
    ),
    "vgg11_bn": Entry("features.1 features.8 features.22 features"),
    "alexnet": Entry("features.2 features.5 features classifier.4"),
    "mobilenet_v2": Entry("features.1 features.5.conv.1 features.10 features.18", train_image=96, gain=1.5),
    "mobilenet_v3_small": Entry("features.0 features.3 features.6.block.2 features.11", gain=1.5),
    "mobilenet_v3_large": Entry("features.0 features.4 features.9.block.1 features.16", train_image=96, gain=1.5),
    "vit_b_16": Entry(
        "conv_proj encoder.layers.encoder_layer_0.ln_2 encoder.layers.encoder_layer_5 encoder",
        image=224, train_image=224,
    ),
}

# Models whose goldens are in a second file.
SECOND_ENTRIES = {
    "squeezenet1_0": Entry("features.3 features.7 features.9.squeeze features.12", train_image=96, gain=1.25, lists_state=False),
    "densenet121": Entry(
        "features.pool0 features.denseblock2 features.denseblock3.denselayer5.conv1 features.norm5", train_image=96,
        gain=1.5, lists_state=False,
    ),
    "mnasnet1_0": Entry("layers.2 layers.9.0.layers.3 layers.11 layers.16", train_image=96, gain=1.5, lists_state=False),
    "shufflenet_v2_x1_0": Entry(
        "conv1 stage2.1.branch2.3 stage3 conv5", train_image=96, gain=1.5, lists_state=False
    ),
    "efficientnet_b0": Entry(
        "features.0 features.2.1.block.1 features.5 features.8", train_image=96, gain=1.75, lists_state=False
    ),
    "efficientnet_v2_s": Entry(
        "features.0 features.2.1.block.0 features.5 features.7", train_image=96, gain=1.25, lists_state=False
    ),
    "regnet_y_400mf": Entry(
        "stem trunk_output.block2 trunk_output.block3.block3-1.f.b trunk_output.block4", train_image=96,
        lists_state=False,
    ),
    "regnet_x_400mf": Entry(
        "stem trunk_output.block2 trunk_output.block3.block3-1.f.b trunk_output.block4", train_image=96,
        lists_state=False,
    ),
    "convnext_tiny": Entry("features.0 features.1.1.block.3 features.4 features.7", lists_state=False),
}
# And in a third one.
THIRD_ENTRIES = {
    "fcn_resnet50": Entry("backbone.bn1 backbone.layer2 backbone.layer3.1.conv2 classifier.2", lists_state=False),
    "deeplabv3_mobilenet_v3_large": Entry(
        "backbone.0 backbone.13.block.1 classifier.0.convs.4 classifier.3", gain=1.5, lists_state=False
    ),
    "lraspp_mobilenet_v3_large": Entry(
        "backbone.0 backbone.13.block.1 backbone.16 classifier.cbr", gain=1.5, lists_state=False
    ),
    "r3d_18": Clip("stem layer1.0.conv1.0 layer2 layer4", lists_state=False),
    "mc3_18": Clip("stem layer1.0.conv1.0 layer2.0.downsample layer4", lists_state=False),
    "r2plus1d_18": Clip("stem layer1.0.conv1.0 layer2 layer4", lists_state=False),
    "s3d": Clip("features.0 features.5.branch1 features.8 features.15", image=224, train_image=224, lists_state=False),
    "swin_t": Entry(
        "features.0 features.1.1.attn features.4 features.7.1.mlp", image=64, train_image=96, lists_state=False
    ),
    "swin_v2_t": Entry(
        "features.0 features.1.1.attn features.4 features.7.1.mlp", image=96, train_image=80, lists_state=False
    ),
    "swin3d_t": Clip(
        "patch_embed features.0.1.attn features.3 features.6.1.mlp", image=64, train_image=96, lists_state=False
    ),
    "maxvit_t": Entry(
        "stem blocks.0.layers.1.layers.MBconv blocks.1.layers.0.layers.grid_attention blocks.3", image=224,
        train_image=224, lists_state=False,
    ),
}

# A step of these takes minutes.
for name in ("mvit_v1_b", "mvit_v2_s"):
    THIRD_ENTRIES[name] = Clip(
        "pos_encoding blocks.0.attn.qkv blocks.2.attn.pool_k.pool blocks.8.norm2", image=224, lists_state=False, trains=False
    )

# timm's.
FOURTH_ENTRIES = {
    "vit_tiny_patch16_224": Entry(
        "patch_embed blocks.3.attn blocks.8 norm", image=224, train_image=224, lists_state=False
    ),
    "timm/convnext_tiny": Entry("stem stages.0.blocks.1.mlp stages.2 stages.3", lists_state=False),
    "efficientnet_lite1": Entry(
        "bn1 blocks.1.1.conv_dw blocks.4 bn2", train_image=96, gain=1.5, lists_state=False
    ),
    "resnet18d": Entry("conv1 layer1 layer3.0.conv2 layer4", train_image=96, lists_state=False),
    "resnet26d": Entry("conv1 layer1 layer3.0.downsample layer4", train_image=96, lists_state=False),
    "raft_large": Pair("feature_encoder.layer1 context_encoder"),
    "raft_small": Pair("feature_encoder.layer1 context_encoder"),
}

ALL = {**ENTRIES, **SECOND_ENTRIES, **THIRD_ENTRIES, **FOURTH_ENTRIES}


def state_of(state):
    return [[key, list(t.shape), str(t.dtype).removeprefix("torch.")] for key, t in state.items()]


def three_parameters(model):
    """The first, and of the matrices and filters the middle and the last one: the gradient of a bias in front of a batch
    norm is rounding alone, and that of the last bias does not depend on the model."""
    parameters = list(model.named_parameters())
    large = [key for key, p in parameters if p.dim() >= 2]
    return [parameters[0][0], large[len(large) // 2], large[-1]]


def train(model, entry, dtype):
    """Outputs, loss and gradients of one step from the formula's weights, in the given precision."""
    weights.load(model.float(), entry.gain)
    model.to(dtype).train()
    model.zero_grad()
    image = formula(entry.train_input).to(dtype)
    torch.manual_seed(SEED)
    output = model(image)
    output = output._asdict() if hasattr(output, "_asdict") else output
    terms = output.values() if isinstance(output, dict) else [output]
    loss = sum((term * formula(term.shape).to(dtype)).mean() for term in terms)
    loss.backward()
    parameters = dict(model.named_parameters())
    return output, loss.item(), {key: parameters[key].grad.clone() for key in three_parameters(model)}


def distance(value, exact):
    """The largest difference, in parts of the largest number, to two digits; by key for a dictionary."""
    if isinstance(value, dict):
        return {key: distance(value[key], exact[key]) for key in value}
    return float(f"{((value - exact).abs().max() / exact.abs().max()).item():.1e}")


def build(name):
    entry = ALL[name]
    torch.set_num_threads(1)
    without_initialisation()
    model = weights.load(model_without_weights(name), entry.gain).eval()
    # A second image is another one.
    images = [formula(entry.input, shift=12345 * i) for i in range(2 if isinstance(entry, Pair) else 1)]
    features, output = record(model, entry.nodes, images, True)
    golden = {"gain": entry.gain, "input": entry.input}
    output = logits(output)
    golden["eval"] = {"output": statistics_tree(output), "features": features}
    if entry.lists_state:
        golden["state"] = state_of(model.state_dict())
    _, other = record(model, [], [formula(entry.input, shift=12345 * (i + 1)) for i in range(len(images))], True)
    other = logits(other)
    sensitivity = ((other - output).norm() / output.norm()).item()
    if not entry.trains:
        return golden, problems(golden, sensitivity)
    outputs, loss, gradients = train(model, entry, torch.float32)
    exact_outputs, exact_loss, exact_gradients = train(model, entry, torch.float64)
    golden["train"] = {
        "seed": SEED,
        "input": entry.train_input,
        "output": statistics_tree(outputs),
        "loss": loss,
        "gradients": statistics_tree(gradients),
        "rounding": {
            "output": distance(outputs, exact_outputs),
            "loss": float(f"{abs(loss / exact_loss - 1):.1e}"),
            "gradients": distance(gradients, exact_gradients),
        },
    }
    return golden, problems(golden, sensitivity)


def logits(output):
    """The tensor of a segmentation model's dictionary, and the last of several flows."""
    return output["out"] if isinstance(output, dict) else output[-1] if isinstance(output, list) else output


def problems(golden, sensitivity):
    """What would make a golden too weak to find a mistake, as sentences."""
    notes = [f"another image changes the output by {sensitivity:.1g} of it alone"] if sensitivity < 0.01 else []
    values = {**golden["eval"]["features"], "output": golden["eval"]["output"]}
    if "train" in golden:
        values |= {"train": golden["train"]["output"], "gradients": golden["train"]["gradients"]}
    for path, value in values.items():
        for s in flatten(value):
            if s["min"] == s["max"] or not max(abs(s["min"]), abs(s["max"])) < 1e4:
                notes.append(f"{path} runs from {s['min']} to {s['max']}")
    return notes


def make(names=None):
    archive = torch.jit.load(str(FIXTURES / "models/efficientnet_lite0.pt"))
    lite = {"efficientnet_lite0": {"state": state_of(archive.state_dict())}}
    write("source_features.json", ENTRIES, names, {**lite, "sizes": sizes(FIRST)})
    write("source_features_2.json", SECOND_ENTRIES, names, {"sizes": sizes(SECOND)})
    write("source_features_3.json", THIRD_ENTRIES, names, {"sizes": sizes(THIRD)})
    write("source_features_4.json", FOURTH_ENTRIES, names, {"sizes": sizes(TIMM + FLOWS)})


def write(file, entries, names, rest):
    path = FIXTURES / "goldens" / file
    goldens = json.loads(path.read_text()) if names and path.exists() else {}
    for name, result in in_processes(build, [n for n in names or entries if n in entries], workers=2):
        if result:
            goldens[name], notes = result
            print(f"{name}: {goldens[name].get('train', {}).get('rounding')}", *notes, sep="\n    ", flush=True)
    write_lines(path, {**{name: goldens[name] for name in entries if name in goldens}, **rest}, 3)
    print(f"{file}: {path.stat().st_size} bytes")
