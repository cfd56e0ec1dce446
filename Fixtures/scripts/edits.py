"""A scripted residual network, and what it computes when forward hooks return other values than its modules'.

A hook acts on one call of its module. Goldens are the features, and the gradients of the sum of their squares.
"""
import torch
from safetensors.torch import save_file
from torch import nn

from common import FIXTURES, formula

FOLDER = FIXTURES / "edits"


class Block(nn.Module):
    """Calls its relu twice, each time in place."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(4, 4, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.conv2(y)
        y += x
        return self.relu(y)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 4, 3, padding=1)
        self.block1 = Block()
        self.block2 = Block()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        x = self.block2(self.block1(self.stem(x)))
        return self.fc(self.pool(x).flatten(1))


# node: the module, which of its calls
NODES = {
    "stem": ("stem", 0), "block1": ("block1", 0), "block1.relu": ("block1.relu", 0), "block1.relu_1": ("block1.relu", 1),
    "block2.conv2": ("block2.conv2", 0), "pool": ("pool", 0),
}
CHANGES = {
    "zero": torch.zeros_like, "mean": lambda value: value.mean().expand_as(value).clone(), "code": lambda value: value * 2 + 1,
}
# Several at once.
BOTH = {"block1.relu": "code", "block2.conv2": "mean"}


def make_net():
    net = Net()
    with torch.no_grad():
        for shift, tensor in enumerate(net.state_dict().values()):
            if tensor.is_floating_point():
                tensor.copy_(formula(tensor.shape, shift=100 * shift))
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_var.abs_().add_(0.5)
    return net


def hook(net, node, change):
    path, call = NODES[node]
    calls = [0]

    def replaced(_module, _inputs, value):
        calls[0] += 1
        return CHANGES[change](value) if calls[0] == call + 1 else None

    net.get_submodule(path).register_forward_hook(replaced)


def run(changes, training):
    net = make_net().train(training)
    seen = {}
    for node, change in changes.items():
        hook(net, node, change)
    for path in ["block1", "block2"]:
        net.get_submodule(path).register_forward_hook(lambda _m, _i, value, path=path: seen.update({path: value}))
    x = formula((2, 2, 5, 6), shift=7).requires_grad_()
    seen["fc"] = net(x)
    sum((value * value).sum() for value in seen.values()).backward()
    found = {key: value.detach().clone() for key, value in seen.items()}
    found.update({"gradient/" + key: tensor.grad for key, tensor in [("x", x), *net.named_parameters()] if tensor.grad is not None})
    return found


def make(names=None):
    FOLDER.mkdir(exist_ok=True)
    torch.jit.script(make_net().eval()).save(FOLDER / "residual.pt")
    cases = {f"{node}={change}": {node: change} for node in NODES for change in CHANGES}
    cases["both"] = BOTH
    tensors = {"x": formula((2, 2, 5, 6), shift=7)}
    for training in [False, True]:
        for case, changes in cases.items():
            for key, value in run(changes, training).items():
                tensors[f"{'train' if training else 'eval'}/{case}/{key}"] = value.contiguous()
    save_file(tensors, FOLDER / "goldens.safetensors")
