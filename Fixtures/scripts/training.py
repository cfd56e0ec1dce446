"""Fifty steps of each optimizer, fifty rates of each schedule, clipped gradients and a moving average.

Optimizers train a small model whose parameters and inputs are made by the formula. The loss is the mean square of the
output, scaled so that gradients neither vanish nor explode.
"""
import hashlib

import torch

from common import FIXTURES, formula, write_lines

OPTIMIZERS = {
    "sgd": (torch.optim.SGD, dict(lr=0.1)),
    "sgd_momentum": (torch.optim.SGD, dict(lr=0.05, momentum=0.9, dampening=0.1, weight_decay=0.01)),
    "sgd_nesterov": (torch.optim.SGD, dict(lr=0.05, momentum=0.9, nesterov=True)),
    "sgd_maximize": (torch.optim.SGD, dict(lr=0.001, momentum=0.5, maximize=True)),
    "adam": (torch.optim.Adam, dict(lr=0.01)),
    "adam_amsgrad": (torch.optim.Adam, dict(lr=0.02, betas=(0.8, 0.9), eps=1e-6, weight_decay=0.1, amsgrad=True)),
    "adamw": (torch.optim.AdamW, dict(lr=0.01)),
    "adamw_amsgrad": (torch.optim.AdamW, dict(lr=0.02, weight_decay=0.1, amsgrad=True, maximize=True)),
    "rmsprop": (torch.optim.RMSprop, dict(lr=0.01)),
    "rmsprop_centered": (torch.optim.RMSprop, dict(lr=0.005, alpha=0.9, momentum=0.5, weight_decay=0.1, centered=True)),
    "rmsprop_maximize": (torch.optim.RMSprop, dict(lr=0.002, momentum=0.2, maximize=True)),
}


def model():
    net = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 2))
    with torch.no_grad():
        for shift, parameter in enumerate(net.parameters()):
            parameter.copy_(formula(list(parameter.shape), shift=100 * shift))
    return net


def loss(net, step):
    x = formula([4, 3], shift=10 * step)
    return (net(x) * 2 - formula([4, 2], shift=step)).square().mean()


def parameters(net):
    return [parameter.detach().flatten().double().tolist() for parameter in net.parameters()]


def optimizers():
    for name, (kind, options) in OPTIMIZERS.items():
        net = model()
        fused = {} if kind is torch.optim.RMSprop else {"fused": True}
        optimizer = kind(net.parameters(), **options, **fused)
        losses, after = [], {}
        for step in range(50):
            optimizer.zero_grad()
            value = loss(net, step)
            value.backward()
            losses.append(value.item())
            optimizer.step()
            if step in (0, 1, 49):
                after[str(step + 1)] = parameters(net)
        state = optimizer.state_dict()["state"]
        yield {"case": name, "losses": losses, "parameters": after,
               "state": {str(k): {n: t.double().flatten().tolist() for n, t in v.items() if t is not None}
                         for k, v in state.items()}}


def optimizer_files():
    """Files of `torch.save` after five steps, and the parameters then and five steps later."""
    folder = FIXTURES / "states/optimizers"
    folder.mkdir(exist_ok=True)
    for name in ("sgd_momentum", "adam_amsgrad", "adamw", "rmsprop_centered"):
        kind, options = OPTIMIZERS[name]
        net = model()
        optimizer = kind(net.parameters(), **options)
        found = {"case": name}
        for step in range(10):
            if step == 5:
                state = optimizer.state_dict()
                saved = {"model": net.state_dict(), "optimizer": state, "epoch": 5} if name == "adamw" else state
                torch.save(saved, folder / f"{name}.pt")
                found["before"] = parameters(net)
            optimizer.zero_grad()
            loss(net, step).backward()
            optimizer.step()
        yield {**found, "after": parameters(net)}


def jitter():
    """Colours of a photograph changed by given factors: SHA-256 of the pixels."""
    import torchvision_cpu  # noqa: F401  before torchvision
    from PIL import Image
    from torchvision.transforms import functional

    image = Image.open(FIXTURES / "images" / "chelsea.png").convert("RGB")
    for name, factors in (("brightness", (0, 0.4, 1, 1.7)), ("contrast", (0, 0.3, 1.9)), ("saturation", (0, 0.55, 1.6)),
                          ("hue", (-0.5, -0.07, 0, 0.1, 0.5))):
        for factor in factors:
            changed = getattr(functional, f"adjust_{name}")(image, factor)
            yield {"case": name, "factor": factor, "digest": hashlib.sha256(changed.tobytes()).hexdigest()}


def schedules():
    s = torch.optim.lr_scheduler

    def sequence(o):
        return s.SequentialLR(o, [s.LinearLR(o, 0.01, 1.0, 5), s.CosineAnnealingLR(o, 40)], milestones=[5])

    def nested(o):
        return s.SequentialLR(o, [s.ConstantLR(o, 0.1, 3), s.StepLR(o, 4, 0.5), s.ExponentialLR(o, 0.9)], milestones=[10, 30])

    cases = {
        "StepLR": lambda o: s.StepLR(o, 7, 0.3),
        "MultiStepLR": lambda o: s.MultiStepLR(o, [5, 5, 30, 8], 0.5),
        "ExponentialLR": lambda o: s.ExponentialLR(o, 0.93),
        "ConstantLR": lambda o: s.ConstantLR(o, 0.25, 6),
        "LinearLR": lambda o: s.LinearLR(o, 0.1, 0.9, 20),
        "PolynomialLR": lambda o: s.PolynomialLR(o, 40, 0.9),
        "CosineAnnealingLR": lambda o: s.CosineAnnealingLR(o, 15, 0.001),
        "CosineAnnealingWarmRestarts": lambda o: s.CosineAnnealingWarmRestarts(o, 6, 2, 0.001),
        "OneCycleLR": lambda o: s.OneCycleLR(o, 0.5, 50),
        "OneCycleLR_linear": lambda o: s.OneCycleLR(o, 0.5, 60, pct_start=0.4, anneal_strategy="linear", three_phase=True),
        "LambdaLR": lambda o: s.LambdaLR(o, lambda epoch: 1 / (1 + epoch)),
        "SequentialLR": sequence,
        "SequentialLR_three": nested,
        "ChainedScheduler": lambda o: s.ChainedScheduler([s.ConstantLR(o, 0.5, 4), s.ExponentialLR(o, 0.9)]),
    }
    for name, make in cases.items():
        first, second = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.SGD([{"params": [first]}, {"params": [second], "lr": 0.02}], lr=0.1, momentum=0.9)
        schedule = make(optimizer)
        rates, momenta = [], []
        for _ in range(50):
            rates.append([group["lr"] for group in optimizer.param_groups])
            momenta.append(optimizer.param_groups[0]["momentum"])
            optimizer.step()
            schedule.step()
        yield {"case": name, "rates": rates, "momenta": momenta}
    metrics = [1.0, 0.9, 0.91, 0.92, 0.93, 0.5, 0.5, 0.5, 0.5, 0.5, float("nan"), 0.6, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]
    for name, options in (("plateau", dict(patience=2)), ("plateau_max", dict(mode="max", patience=1, cooldown=2, threshold=0.05,
                                                          threshold_mode="abs", min_lr=0.01, factor=0.5))):
        parameter = torch.nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.SGD([parameter], lr=0.1)
        schedule = s.ReduceLROnPlateau(optimizer, **options)
        rates = []
        for metric in metrics:
            schedule.step(metric)
            rates.append([optimizer.param_groups[0]["lr"]])
        yield {"case": name, "rates": rates, "momenta": []}


def clipping():
    for name, clip in (
        ("norm", lambda p: torch.nn.utils.clip_grad_norm_(p, 0.1)),
        ("norm_inf", lambda p: torch.nn.utils.clip_grad_norm_(p, 0.05, float("inf"))),
        ("norm_1", lambda p: torch.nn.utils.clip_grad_norm_(p, 0.2, 1.0)),
        ("norm_large", lambda p: torch.nn.utils.clip_grad_norm_(p, 1000.0)),
        ("value", lambda p: torch.nn.utils.clip_grad_value_(p, 0.05)),
    ):
        net = model()
        loss(net, 0).backward()
        norm = clip(list(net.parameters()))
        yield {"case": name, "norm": None if norm is None else norm.item(),
               "gradients": [p.grad.flatten().double().tolist() for p in net.parameters()]}


def averages():
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    for use_buffers in (False, True):
        net = torch.nn.Sequential(model(), torch.nn.BatchNorm1d(2))
        average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=use_buffers)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        for step in range(10):
            optimizer.zero_grad()
            loss(net, step).backward()
            optimizer.step()
            average.update_parameters(net)
        yield {"case": "buffers" if use_buffers else "parameters",
               "state": {k: v.double().flatten().tolist() for k, v in average.module.state_dict().items()}}


def make(names=None):
    groups = {"optimizers": optimizers, "optimizer_files": optimizer_files, "jitter": jitter, "schedules": schedules, "clipping": clipping, "averages": averages}
    write_lines(FIXTURES / "goldens" / "training.json", {group: list(cases()) for group, cases in groups.items()}, 2)
