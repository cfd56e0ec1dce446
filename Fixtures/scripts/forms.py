"""An archive whose values are quantized, sparse, of rare types or no tensors, with the plain numbers that they stand for."""
import io
from typing import List, Optional

import torch
from safetensors.torch import save
from torch import nn

from bad import rewritten
from common import FIXTURES, formula


class Forms(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("scales", torch.tensor([0.1, 0.05, 0.2, 0.4]))
        self.register_buffer("zeros", torch.tensor([0, 3, -2, 1]))

    def per_tensor(self, x: torch.Tensor) -> torch.Tensor:
        return torch.quantize_per_tensor(x, 0.01, 60, torch.quint8)

    def forward(self, x: torch.Tensor):
        quint8 = self.per_tensor(x)
        qint8 = torch.quantize_per_channel(x, self.scales, self.zeros, 1, torch.qint8)
        qint32 = torch.quantize_per_tensor(x, 1e-6, 0, torch.qint32)
        half = torch.complex(x, x.neg()).to(torch.complex32)
        coo = x.relu().to_sparse()
        csr = x.relu().to_sparse_csr()
        mkldnn = x.to_mkldnn()
        nothing: Optional[torch.Tensor] = None
        empty: List[torch.Tensor] = []
        return {
            "tensors": [quint8, qint8, qint32, half, coo, csr, mkldnn],
        }, (x.size(0), x.sum().item(), x.numel() > 3), nothing, empty, (x, nothing), "a text", (x, "a text")


class Parts(nn.Module):
    """`act` returns what it is given, so a traced call of it leaves nothing behind."""

    def __init__(self):
        super().__init__()
        self.first, self.act = nn.Linear(4, 4), nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.act(self.first(x)).relu()


KEYS = ["quint8", "qint8", "qint32", "complex32", "coo", "csr", "mkldnn"]


def plain(t):
    t = t.dequantize() if t.is_quantized else t if t.layout is torch.strided else t.to_dense()
    return t.to(torch.complex64) if t.dtype is torch.complex32 else t


def make():
    torch.manual_seed(0)
    folder = FIXTURES / "forms"
    folder.mkdir(exist_ok=True)
    x = formula([3, 4])
    model = torch.jit.script(Forms().eval())
    model.save(str(folder / "forms.pt"))
    found = model(x)
    goldens = {key: plain(t).contiguous() for key, t in zip(KEYS, found[0]["tensors"])}
    (folder / "goldens.safetensors").write_bytes(save({"x": x, **goldens}))
    traced = io.BytesIO()
    torch.jit.save(torch.jit.trace(Parts().eval(), x), traced)
    # A trace remembers where on this machine each line ran.
    (folder / "parts.pt").write_bytes(rewritten(traced.getvalue(), lambda n, c: None if n.endswith(".debug_pkl") else c))
    print(f"forms: {sum(p.stat().st_size for p in folder.iterdir())} bytes")
