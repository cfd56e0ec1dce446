"""Operators in the spellings of Python, as an archive, with the names that torchvision gives to them."""
import warnings

import torch
import torchvision_cpu  # noqa: F401
from torch import nn
from torchvision.models.feature_extraction import get_graph_node_names

from common import FIXTURES, machine_paths, write_lines


class Spelled(nn.Module):
    def forward(self, x):
        b = x > 0
        c = x < 1
        i = (x * 4).long()
        b = ~b
        b = b & c
        b = b | c
        b = b ^ c
        b = torch.bitwise_not(b)
        b = torch.logical_not(b)
        i = i << 1
        i = i >> 1
        i &= 3
        i |= 1
        i ^= 2
        y = x.float()
        y = y.double().float()
        y = 1 - y
        y = 1 / y
        y = 2.5 - y * 2
        y = 3 - (1 - y)
        y = -y
        y = y - 1
        y = y % 2
        y %= 3
        y = y // 2
        y = 2**y
        y = y**2
        y **= 2
        y -= 1
        y *= 2
        y /= 3
        y = torch.clip(y, 0.5, 3.5)
        y = torch.clamp(y, 0.1, 3.25)
        z = y.new_empty([2, 2]).bernoulli_(1.0 - 0.5)
        z = z + y.clone().div_(2.0)
        z = torch.neg(z).abs().sub(1.5)
        z = torch.rsub(z, 1)
        z = z.half().float().multiply(1.5)
        y = y + z + b + i
        y = y.to(x.dtype)
        y = abs(y)
        y = y @ y
        y = y.matmul(y)
        y = y.swapaxes(0, 1).t()
        return torch.concat([y, y.negative()], 0)


def make():
    warnings.simplefilter("ignore")
    model = Spelled()
    train, evaluation = get_graph_node_names(model)
    archive = FIXTURES / "goldens/spelled_operators.pt"
    torch.jit.script(model).save(archive)
    if left := machine_paths(archive):
        raise ValueError(f"the archive has paths of this machine: {left}")
    write_lines(FIXTURES / "goldens/spelled_operators.json", {"train": train, "eval": evaluation}, depth=1)
    print(f"spelling: {len(evaluation)} names, {archive.stat().st_size} bytes")
