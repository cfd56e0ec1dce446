"""Small models for torch.export, each made by a function, and the shapes of their inputs."""
import torch
import torch.nn.functional as F
import torchvision_cpu  # noqa: F401
import torchvision
from torch import nn

IMAGE = [[2, 3, 32, 32]]


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(4, 6, batch_first=True)
        self.lstm = nn.LSTM(6, 5, 2, batch_first=True)
        self.head = nn.Linear(5, 3)

    def forward(self, x):
        x, state = self.gru(x)
        y, (h, c) = self.lstm(x)
        return {"logits": self.head(y[:, -1]), "state": state, "cells": [h, c]}


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(5, 8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)
        self.skip = nn.Identity()

    def forward(self, x):
        x = self.embed(x)
        y, weights = self.attention(x, x, x)
        z = F.scaled_dot_product_attention(x, y, x)
        return self.norm(self.skip(x) + y + z), weights


class Scopes(nn.Module):
    """Blocks without gradients and with autocast, literals, subscripts, and a buffer that is not saved."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 6)
        self.second = nn.Linear(6, 6)
        self.register_buffer("scale", torch.linspace(0.5, 1.5, 6), persistent=False)

    def forward(self, x):
        x = self.first(x) * self.scale + torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
        with torch.no_grad():
            frozen = self.second(x) * 2
        with torch.autocast("cpu", dtype=torch.bfloat16):
            half = self.second(x)
        y = F.normalize(x + frozen) + half.float()
        return y[:, 1:4] + x[:, None, 0] / 3


class Condition(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 4)

    def forward(self, x):
        x = self.body(x)

        def positive(a):
            return a.sin() * 2

        def other(a):
            return a.cos() - 1

        if torch.compiler.is_exporting():
            return torch.cond(x.sum() > 0, positive, other, (x,))
        # PyTorch itself compiles a condition that gradients flow through, and fails.
        return positive(x) if x.sum() > 0 else other(x)


class Tied(nn.Module):
    """Two layers with one weight."""

    def __init__(self):
        super().__init__()
        self.encode = nn.Linear(6, 6, bias=False)
        self.decode = nn.Linear(6, 6, bias=False)
        self.decode.weight = self.encode.weight

    def forward(self, x):
        return self.decode(F.relu(self.encode(x)))


class Sizes(nn.Module):
    """Arithmetic with sizes that stay open."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)

    def forward(self, x):
        y = F.relu(self.bn(self.conv(x)), inplace=True)
        n, c, h, w = y.shape
        y = y.view(n, c, h * w).transpose(1, 2)
        return y + torch.arange(n, dtype=torch.float32)[:, None, None], y.reshape(n * c, -1).mean(1)


class Counter(nn.Module):
    """A buffer that forward counts in, and one value that it writes into."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x):
        self.calls.add_(1)
        y = self.layer(x)
        y[0] = 5
        return y.mul_(self.calls)


def recurrent():
    return Recurrent()


def attention():
    return Attention()


def scopes():
    return Scopes()


def condition():
    return Condition()


def tied():
    return Tied()


def sizes():
    return Sizes()


def counter():
    return Counter()


def resnet():
    model = torchvision.models.resnet.ResNet(torchvision.models.resnet.BasicBlock, [1, 1, 1, 1], num_classes=5)
    thin = {}
    for path, module in model.named_modules():
        if isinstance(module, (nn.Conv2d, nn.BatchNorm2d, nn.Linear)):
            thin[path] = module
    for path, module in thin.items():
        parent = model.get_submodule(path.rpartition(".")[0])
        setattr(parent, path.rpartition(".")[2], thinner(module))
    return model


def thinner(module):
    """A layer with an eighth of the channels."""
    if isinstance(module, nn.Conv2d):
        channels = module.in_channels if module.in_channels == 3 else module.in_channels // 8
        return nn.Conv2d(channels, module.out_channels // 8, module.kernel_size, module.stride, module.padding, bias=False)
    if isinstance(module, nn.BatchNorm2d):
        return nn.BatchNorm2d(module.num_features // 8)
    return nn.Linear(module.in_features // 8, module.out_features)


def vit():
    return torchvision.models.VisionTransformer(
        image_size=32, patch_size=16, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=32, num_classes=5
    )


def swin():
    return torchvision.models.swin_transformer.SwinTransformer([4, 4], 8, [1, 1], [2, 2], [7, 7], num_classes=5, stochastic_depth_prob=0.0)


SHAPES = {
    "recurrent": [[2, 5, 4]], "attention": [[2, 3, 5]], "scopes": [[3, 6]], "condition": [[3, 4]], "tied": [[2, 6]],
    "sizes": [[2, 3, 6, 4]], "counter": [[3, 4]], "resnet": IMAGE, "vit": IMAGE, "swin": IMAGE,
}
# Models of which the first size stays open.
DYNAMIC = ["sizes", "tied", "resnet"]
