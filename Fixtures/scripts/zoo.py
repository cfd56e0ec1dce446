"""Archives of torchvision's models with small numbers in them, and golden features of every one.

A whole resnet50 is 100 MB of weights. Here every parameter is an overlapping strided view into one of a few short
vectors of normal numbers (one vector for each power of two that a parameter needs as its scale), which an archive
stores once. The code, module tree, types and shapes stay whole, no two parameters are the same numbers, and features
depend on all of them. Scales are chosen by a calibration run that keeps the output of every layer near unit
deviation.
"""
import json
import math
import zlib

import torch
import torchvision_cpu  # noqa: F401
import torchvision
from torch import nn

from common import FIXTURES, clone_tree, formula, in_processes, machine_paths, statistics_tree, write_json

IMAGE = [[1, 3, 64, 64]]
LARGE = [[1, 3, 224, 224]]
DETECTION = [[3, 64, 96]]


class Entry:
    """How one model is built and fed, and which of its modules' outputs are golden."""

    def __init__(self, nodes, inputs=IMAGE, train="", train_inputs=None, as_list=False, output=True, **arguments):
        self.nodes, self.inputs, self.train, self.train_inputs = nodes.split(), inputs, train.split(), train_inputs
        self.as_list, self.output, self.arguments = as_list, output, arguments


def detection(nodes, inputs=DETECTION, **arguments):
    """Images are resized to 128 pixels, not to the usual 800, and few boxes are kept, so that a run takes a second and
    not a minute."""
    return Entry(nodes, inputs=inputs, as_list=True, output=False, weights_backbone=None, **arguments)


FPN = "backbone.body.layer1 backbone.body.layer2 backbone.body.layer3 backbone.body.layer4 backbone.fpn backbone"
RESNET = "relu layer1 layer2 layer3.0.conv2 layer4 fc"
VIDEO = "stem layer1 layer2 layer3.0.conv1 layer4 fc"
REGNET = "stem trunk_output.block1 trunk_output.block2 trunk_output.block3 trunk_output fc"

FEW = dict(topk_candidates=50, detections_per_img=10)
DENSE = dict(min_size=128, max_size=256, **FEW)
RCNN = dict(
    min_size=128, max_size=256, rpn_pre_nms_top_n_test=100, rpn_post_nms_top_n_test=30, box_detections_per_img=10
)

ENTRIES = {
    "alexnet": Entry("features.2 features.5 features classifier.4 classifier"),
    "convnext_tiny": Entry("features.0 features.1 features.3.1.block.3 features.5 features.7 classifier.2"),
    "deeplabv3_mobilenet_v3_large": Entry(
        "backbone.1 backbone.6 backbone classifier.0 classifier", weights_backbone=None
    ),
    "fcn_resnet50": Entry("backbone.layer1 backbone.layer3 backbone classifier.0 classifier", weights_backbone=None),
    "lraspp_mobilenet_v3_large": Entry("backbone.4 backbone.12 backbone classifier.cbr classifier", weights_backbone=None),
    "densenet121": Entry("features.pool0 features.denseblock1 features.transition2 features.denseblock3.denselayer4.conv1 features classifier"),
    "efficientnet_b0": Entry("features.0 features.2 features.4.0.block.2 features.6 features.8 classifier.1"),
    "efficientnet_v2_s": Entry("features.1 features.3 features.4.0.block.2 features.6 features.7 classifier.1"),
    "googlenet": Entry("conv1 inception3a inception4c.branch3 inception5b fc", train="aux1 aux2", train_inputs=[[2, 3, 64, 64]], aux_logits=True, init_weights=False),
    "inception_v3": Entry(
        "Conv2d_1a_3x3 Mixed_5d Mixed_6c.branch7x7_2 Mixed_7c fc", inputs=[[1, 3, 96, 96]],
        train="AuxLogits", train_inputs=[[2, 3, 299, 299]], aux_logits=True, init_weights=False,
    ),
    "maxvit_t": Entry("stem blocks.0 blocks.1.layers.0.layers.MBconv blocks.2 blocks.3 classifier.3", inputs=LARGE),
    "mc3_18": Entry(VIDEO, inputs=[[1, 3, 4, 32, 32]]),
    "mnasnet1_0": Entry("layers.7 layers.9 layers.10.0.layers.3 layers.13 layers classifier"),
    "mobilenet_v2": Entry("features.1 features.5.conv.1 features.10 features.18 classifier.1"),
    "mobilenet_v3_small": Entry("features.0 features.3 features.6.block.2 features.11 classifier.0"),
    "mobilenet_v3_large": Entry("features.0 features.4 features.9.block.1 features.16 classifier.0", weights=None),
    "mvit_v1_b": Entry("conv_proj pos_encoding blocks.0.attn.qkv blocks.4 norm head.1", inputs=[[1, 3, 16, 224, 224]]),
    "r2plus1d_18": Entry(VIDEO, inputs=[[1, 3, 4, 32, 32]]),
    "r3d_18": Entry(VIDEO, inputs=[[1, 3, 4, 32, 32]]),
    "regnet_x_400mf": Entry(REGNET),
    "regnet_y_400mf": Entry(REGNET),
    "resnet18": Entry("bn1 " + RESNET),
    "resnet50": Entry(RESNET),
    "resnext50_32x4d": Entry(RESNET),
    "s3d": Entry("features.0 features.5 features.9.branch1 features.12 features.15 classifier.1", inputs=[[1, 3, 14, 224, 224]]),
    "shufflenet_v2_x1_0": Entry("conv1 stage2 stage3.1.branch2 stage4 conv5 fc"),
    "squeezenet1_0": Entry("features.1 features.3 features.7.squeeze features.12 classifier.1"),
    "swin_t": Entry("features.0 features.1 features.3.0.norm1 features.4 features.7 head"),
    "swin_v2_t": Entry("features.0 features.1 features.3.0.norm1 features.4 features.7 head"),
    "swin3d_t": Entry("patch_embed features.0 features.2.0.norm1 features.3 features.6 head", inputs=[[1, 3, 4, 64, 64]]),
    "vgg11": Entry("features.1 features.5 features.13 features classifier.3"),
    "vgg16_bn": Entry("features.2 features.13 features.33 features classifier.3"),
    "vit_b_16": Entry(
        "conv_proj encoder.layers.encoder_layer_0.ln_1 encoder.layers.encoder_layer_0.ln_2 encoder.layers.encoder_layer_5 encoder heads.head",
        inputs=LARGE,
    ),
    "wide_resnet50_2": Entry(RESNET),
    "fasterrcnn_resnet50_fpn": detection(FPN, **RCNN),
    "maskrcnn_resnet50_fpn": detection(FPN, **RCNN),
    "keypointrcnn_resnet50_fpn": detection(FPN, **RCNN),
    "retinanet_resnet50_fpn": detection(FPN, **DENSE),
    "fcos_resnet50_fpn": detection(FPN, **DENSE),
    "ssd300_vgg16": detection("backbone.features.0 backbone.features backbone.extra.0 backbone", **FEW),
    "ssdlite320_mobilenet_v3_large": detection("backbone.features.0 backbone.features.1 backbone.extra.0 backbone", **FEW),
    "raft_small": Entry("feature_encoder context_encoder", inputs=[[1, 3, 128, 128], [1, 3, 128, 128]], output=False),
}


def inputs_of(entry):
    """The arguments of `forward`; the second and later tensors continue where the flat index of the first one ended."""
    tensors, shift = [], 0
    for shape in entry.inputs:
        tensors.append(formula(shape, shift=shift))
        shift += math.prod(shape)
    return ([*tensors],) if entry.as_list else tuple(tensors)


# Weights


class Pool:
    """Short vectors that parameters are views of: one for each kind of numbers and power of two."""

    LENGTH = 1 << 16

    def __init__(self, name):
        generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        normal = torch.randn(self.LENGTH + 1, generator=generator)
        self.kinds = {
            # Differences of neighbours: sums over a window of them stay small, and so do the means of features.
            "normal": (normal[1:] - normal[:-1]) / math.sqrt(2),
            "mean": normal[1:],
            "positive": 1 + 0.25 * normal[1:].clamp(-2, 2),  # variances, and the gains of normalisations
        }

    def numbers(self, kind, exponent, length):
        return (self.kinds[kind][:length] * 2.0**exponent).clone()


def strides_of(shape):
    """Small strides, pairwise coprime where the span allows it; input channels lie side by side."""
    if len(shape) < 2:
        return [1] * len(shape)
    outer = 3 if max(shape) <= 1024 else 2 if max(shape) <= 2048 else 1
    return [outer, 1, 5, 7, 11, 13, 17][: len(shape)] if len(shape) > 1 else [1]


def kind_and_exponent(module, key, tensor):
    if key == "running_var" or (tensor.dim() == 1 and key == "weight"):
        return "positive", 0
    if key == "running_mean":
        return "mean", -4
    if tensor.dim() <= 1 or key.endswith("bias"):
        return "normal", -4
    if "embed" in key or "token" in key or key.startswith(("rel_pos", "relative_position")) or key in ("spatial_pos", "temporal_pos"):
        return "normal", -3
    if key == "logit_scale":
        return "positive", 0
    if key == "layer_scale":
        return "normal", -1
    fan_in = tensor.numel() // tensor.shape[0]
    return "normal", round(math.log2(math.sqrt(2 / fan_in)))


class Views:
    """Replaces the parameters and floating point buffers of a model by views of a pool."""

    def __init__(self, name, model):
        self.pool, self.model = Pool(name), model
        self.plan = {}
        for index, (module, table, key, tensor) in enumerate(self._tensors()):
            kind, exponent = kind_and_exponent(module, key, tensor)
            self.plan[(id(module), key)] = [module, table, key, tensor, kind, exponent, index * 37 % 1021]

    def _tensors(self):
        for module in self.model.modules():
            for key, tensor in module._parameters.items():
                if tensor is not None:
                    yield module, "_parameters", key, tensor
            for key, tensor in module._buffers.items():
                if tensor is not None and key in ("running_mean", "running_var"):
                    yield module, "_buffers", key, tensor

    def rescale(self, module, key, exponent):
        self.plan[(id(module), key)][5] += exponent

    def place(self):
        """Writes the views into the modules, from bases as long as the widest view of each."""
        lengths, placed = {}, []
        for module, table, key, tensor, kind, exponent, offset in self.plan.values():
            shape, strides = list(tensor.shape), strides_of(tensor.shape)
            span = offset + 1 + sum((n - 1) * s for n, s in zip(shape, strides))
            lengths[(kind, exponent)] = max(lengths.get((kind, exponent), 0), span)
            placed.append((module, table, key, kind, exponent, shape, strides, offset, tensor))
        bases = {key: self.pool.numbers(*key, length) for key, length in lengths.items()}
        for module, table, key, kind, exponent, shape, strides, offset, tensor in placed:
            view = torch.as_strided(bases[(kind, exponent)], shape, strides, offset)
            if table == "_parameters":
                view = nn.Parameter(view, requires_grad=tensor.requires_grad)
            getattr(module, table)[key] = view
        counters = torch.zeros((), dtype=torch.int64)
        for module in self.model.modules():
            if module._buffers.get("num_batches_tracked") is not None:
                module._buffers["num_batches_tracked"] = counters.view(())

        self._share_tables()

    def _share_tables(self):
        """Lets equal tables (relative positions, coordinates) of several modules be one tensor."""
        tables = []
        for module in self.model.modules():
            for key, tensor in module._buffers.items():
                if tensor is None or tensor.numel() < 2 or key in ("running_mean", "running_var"):
                    continue
                same = [t for t in tables if t.shape == tensor.shape and t.dtype == tensor.dtype and torch.equal(t, tensor)]
                module._buffers[key] = same[0] if same else tensor
                tables += [] if same else [tensor]

    def calibrate(self, arguments):
        """Finds for every layer the power of two that brings its output's deviation nearest to 1."""
        self.place()
        seen = set()

        def level(module, inputs, output):
            if id(module) in seen or not isinstance(output, torch.Tensor) or output.numel() < 2:
                return None
            seen.add(id(module))
            deviation = output.detach().double().std().item()
            if not math.isfinite(deviation) or deviation == 0:
                return None
            exponent = -round(math.log2(deviation))
            for key in ("weight", "bias"):
                if (id(module), key) in self.plan and exponent:
                    self.rescale(module, key, exponent)
            return output * 2.0**exponent

        kinds = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d, nn.Linear, nn.BatchNorm2d, nn.BatchNorm3d, nn.LayerNorm, nn.GroupNorm)
        hooks = [m.register_forward_hook(level) for m in self.model.modules() if isinstance(m, kinds)]
        with torch.no_grad():
            self.model(*arguments)
        for hook in hooks:
            hook.remove()
        self.place()


# Archives and goldens


def without_initialisation():
    """Weights are about to be replaced: filling them first takes most of the time."""
    for name in ("uniform_", "normal_", "trunc_normal_", "kaiming_uniform_", "kaiming_normal_", "xavier_uniform_", "xavier_normal_"):
        setattr(nn.init, name, lambda tensor, *args, **kwargs: tensor)


def record(model, names, arguments, with_output):
    """What hooks that clone see, by module path; modules that ran more than once record a list of calls."""
    calls, modules = {}, dict(model.named_modules())
    hooks = [
        modules[n].register_forward_hook(lambda m, i, o, n=n: calls.setdefault(n, []).append(clone_tree(o))) for n in names
    ]
    with torch.no_grad():
        output = model(*arguments)
    for hook in hooks:
        hook.remove()
    features = {n: statistics_tree(calls[n][0] if len(calls[n]) == 1 else calls[n]) for n in names}
    return features, clone_tree(output) if with_output else output


def build(name):
    entry = ENTRIES[name]
    torch.manual_seed(0)
    torch.set_num_threads(2)
    without_initialisation()
    model = torchvision.models.get_model(name, **{"weights": None, **entry.arguments}).eval()
    arguments = inputs_of(entry)
    views = Views(name, model)
    views.calibrate(arguments)
    features, output = record(model, entry.nodes, arguments, entry.output)
    train_mode = name in ("googlenet", "inception_v3")
    scripted = torch.jit.script(model.train(train_mode))
    path = FIXTURES / "zoo" / f"{name}.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    scripted.save(str(path))
    notes = check(name, path, arguments, output, features)
    golden = {"inputs": entry.inputs, "input_is_list": entry.as_list, "saved_in_train_mode": train_mode, "features": features}
    if entry.output:
        golden["output"] = statistics_tree(output)
    if entry.train:
        golden["train_only_modules"], golden["train_inputs"] = entry.train, entry.train_inputs
        run_in_train_mode(path, entry)
    return golden, path.stat().st_size, notes


def check(name, path, arguments, output, features):
    """What is wrong with an archive, as sentences."""
    notes = []
    loaded = torch.jit.load(str(path)).eval()
    with torch.no_grad():
        again = loaded(*arguments)
    if isinstance(again, tuple) and ENTRIES[name].as_list:
        again = again[1]
    for a, b in zip(leaves(output), leaves(again), strict=True):
        if a.shape != b.shape or not torch.allclose(a, b, rtol=1e-5, atol=1e-6):
            notes.append("the archive's output differs" + (f" by {(a - b).abs().max().item()}" if a.shape == b.shape else ""))
    for node, value in features.items():
        for s in flatten(value):
            deviation = s["abs_sum"] / math.prod(s["shape"])
            if not (isinstance(deviation, float) and 1e-3 < deviation < 1e3) or s["min"] == s["max"]:
                notes.append(f"{node} has mean magnitude {deviation}, {s['min']} to {s['max']}")
    if left := machine_paths(path):
        notes.append(f"names files of this machine: {left[:3]}")
    return notes


def run_in_train_mode(path, entry):
    """Fails unless an archive runs in train mode on the inputs that the golden promises for it."""
    with torch.no_grad():
        torch.jit.load(str(path)).train()(*(formula(shape) for shape in entry.train_inputs))


def leaves(value):
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        return [t for v in value.values() for t in leaves(v)]
    if isinstance(value, (list, tuple)):
        return [t for v in value for t in leaves(v)]
    return []


def flatten(value):
    if isinstance(value, dict) and "samples" in value:
        return [value]
    if not isinstance(value, (dict, list)):
        return []
    return [s for v in (value.values() if isinstance(value, dict) else value) for s in flatten(v)]


def make(names=None):
    path, goldens, total = FIXTURES / "goldens/zoo_features.json", {}, 0
    if names and path.exists():
        goldens = json.loads(path.read_text())
    for name, result in in_processes(build, names or list(ENTRIES), workers=2):
        if result:
            goldens[name], size, notes = result
            total += size
            print(f"{name}: {size} bytes", *notes, sep="\n    " if notes else " ", flush=True)
    print(f"zoo: {total} bytes")
    write_json(path, {name: goldens[name] for name in ENTRIES if name in goldens})
