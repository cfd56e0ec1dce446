"""Small models that draw random numbers or write state in one mode, in both, or in none, with what they really do.

The truth comes from runs of the archive as it loads: eight with other seeds, and the state before and after, in each mode.
"""
import json
import zipfile

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common import FIXTURES, clone_tree, formula, in_processes, machine_paths, write_json


class Net(nn.Module):
    """Layers, one after another."""

    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class First(nn.Module):
    """The first result of a layer that gives several."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)[0]


class Attention(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, dropout=p, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.attention(x, x, x)[0]


class AlwaysDropout(nn.Module):
    """The common mistake: `training` is True unless it is given."""

    def forward(self, x: Tensor) -> Tensor:
        return F.dropout(x, 0.5)


class FunctionalDropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.p, self.training)


class RawDropout(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.dropout(x, 0.5, True)


class Functional(nn.Module):
    """Functional dropouts of every kind, none of which is ever off."""

    def forward(self, x: Tensor) -> Tensor:
        return F.alpha_dropout(F.feature_alpha_dropout(F.dropout2d(x, 0.3), 0.3, training=True), 0.3, training=True)


class AlwaysUpdating(nn.Module):
    def __init__(self, momentum: float):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("mean", torch.zeros(4))
        self.register_buffer("var", torch.ones(4))

    def forward(self, x: Tensor) -> Tensor:
        return F.batch_norm(x, self.mean, self.var, training=True, momentum=self.momentum)


class ScaledDotProduct(nn.Module):
    def __init__(self, p: float, follows: bool):
        super().__init__()
        self.p, self.follows = p, follows

    def forward(self, x: Tensor) -> Tensor:
        p = self.p
        if self.follows and not self.training:
            p = 0.0
        return F.scaled_dot_product_attention(x, x, x, dropout_p=p)


class MaskedTransformer(nn.Module):
    """A layer whose fused kernel, which eval mode runs, reads a mask of numbers as one of truth values."""

    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        length = x.shape[1]
        return self.layer(x, torch.triu(torch.full((length, length), -1.0), 1))


class Noise(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + torch.rand_like(x)


class NoiseInTraining(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            x = x + torch.randn_like(x)
        return x


class NoiseInEvaluation(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            x = x + torch.randn_like(x)
        return x


class UnusedNoise(nn.Module):
    """What is drawn goes nowhere, or lends its shape alone."""

    def forward(self, x: Tensor) -> Tensor:
        y = torch.rand_like(x)
        z = torch.randn_like(x)
        return x * 2 + torch.zeros_like(z)


class SeededNoise(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        torch.manual_seed(7)
        return x + torch.rand_like(x)


class Bernoulli(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * torch.bernoulli(torch.full_like(x, 0.5))


class NoiseInPlace(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        noise = torch.zeros_like(x)
        noise[0].normal_()
        return x + noise


class Permuted(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x[torch.randperm(x.size(0))]


class Gumbel(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return F.gumbel_softmax(x, tau=0.7)


class Variational(nn.Module):
    """The mean of a distribution in eval mode, a sample of it in train mode."""

    def __init__(self):
        super().__init__()
        self.mean, self.deviation = nn.Linear(6, 3), nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        mean, deviation = self.mean(x), self.deviation(x)
        if self.training:
            return mean + torch.randn_like(deviation) * torch.exp(deviation)
        return mean


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return x + 1


class CounterInTraining(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.calls += 1
        return x + 1


class IntegerCounter(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return x + self.calls


class WrittenView(nn.Module):
    """A buffer that is written through a view of it."""

    def __init__(self):
        super().__init__()
        self.register_buffer("last", torch.zeros(3, 4))

    def forward(self, x: Tensor) -> Tensor:
        row = self.last[0]
        row.copy_(x.mean([0, 2, 3]))
        return x + self.last.sum()


class LocalWrites(nn.Module):
    """Writes to tensors of its own, and none to the buffer that it reads."""

    def __init__(self):
        super().__init__()
        self.register_buffer("offset", torch.ones(4, 6, 6))

    def forward(self, x: Tensor) -> Tensor:
        y = x + self.offset
        y.relu_()
        y[0] = 5
        return y.mul_(self.offset)


class StochasticDepth(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0.0:
            return x
        mask = torch.empty([x.size(0), 1, 1, 1]).bernoulli_(1 - self.p)
        return x * mask / (1 - self.p)


class LayerDrop(nn.Module):
    """A layer that is passed over at random in training."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(4, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        if self.training and bool(torch.rand(1) < 0.5):
            return x
        return self.layer(x)


class Clipped(nn.Module):
    """Rows of a table, of which those that are read are scaled down for good."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(2, 3))

    def forward(self, x: Tensor) -> Tensor:
        rows = (x > 0).int()
        torch.embedding_renorm_(self.weight.detach(), rows, 0.1, 2.0)
        return F.embedding(rows, self.weight)


class RegionDropout(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if bool(x.sum() > -1e9):
            return F.dropout(x, 0.5)
        return x


class RegionCounter(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        if bool(x.sum() > -1e9):
            self.calls += 1
            x = x * 2
        return x


class RandomLeaf(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        if bool(x.sum() > 1e9):
            return x
        return x + torch.rand(1)


class CountingLeaf(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        self.calls.add_(1)
        if bool(x.sum() > 1e9):
            return x
        return x + 1


class ModalLeaf(nn.Module):
    """Branches on data, and on the mode."""

    def forward(self, x: Tensor) -> Tensor:
        if bool(x.sum() > 1e9):
            return x
        return F.dropout(x, 0.5, self.training)


class ModelessLeaf(nn.Module):
    """Reads the mode, and does the same in both."""

    def forward(self, x: Tensor) -> Tensor:
        if bool(x.sum() > 1e9):
            return x
        return F.dropout(x * 3, 0.0, self.training)


class Frozen(nn.Module):
    """A batch norm and a dropout that keep a mode of their own."""

    def __init__(self, flag: bool):
        super().__init__()
        self.norm, self.dropout = nn.BatchNorm2d(4), nn.Dropout(0.5)
        self.flag = flag

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(self.norm(x))


IMAGE, SEQUENCE, ROWS = (3, 4, 6, 6), (2, 3, 4), (5, 4)

# What makes a model, its input's shape, and how it becomes an archive: scripted, or traced in a mode.
MODELS = {
    "batch_norm": (lambda: Net(nn.BatchNorm2d(4)), IMAGE, "script"),
    "batch_norm_traced_eval": (lambda: Net(nn.BatchNorm2d(4)), IMAGE, "eval"),
    "batch_norm_traced_train": (lambda: Net(nn.BatchNorm2d(4)), IMAGE, "train"),
    "batch_norm_untracked": (lambda: Net(nn.BatchNorm2d(4, track_running_stats=False)), IMAGE, "script"),
    "batch_norm_momentum_0": (lambda: Net(nn.BatchNorm2d(4, momentum=0.0)), IMAGE, "script"),
    "batch_norm_momentum_none": (lambda: Net(nn.BatchNorm2d(4, momentum=None)), IMAGE, "script"),
    "batch_norm_rows": (lambda: Net(nn.BatchNorm1d(4, affine=False)), ROWS, "script"),
    "batch_norm_always": (lambda: AlwaysUpdating(0.1), IMAGE, "script"),
    "batch_norm_always_momentum_0": (lambda: AlwaysUpdating(0.0), IMAGE, "script"),
    "instance_norm": (lambda: Net(nn.InstanceNorm2d(4)), IMAGE, "script"),
    "instance_norm_affine": (lambda: Net(nn.InstanceNorm2d(4, affine=True)), IMAGE, "script"),
    "instance_norm_tracked": (lambda: Net(nn.InstanceNorm2d(4, track_running_stats=True)), IMAGE, "script"),
    "instance_norm_traced_train": (lambda: Net(nn.InstanceNorm2d(4)), IMAGE, "train"),
    "layer_norm": (lambda: Net(nn.LayerNorm(6)), IMAGE, "script"),
    "group_norm": (lambda: Net(nn.GroupNorm(2, 4)), IMAGE, "script"),
    "dropout": (lambda: Net(nn.Dropout(0.5)), IMAGE, "script"),
    "dropout_0": (lambda: Net(nn.Dropout(0.0)), IMAGE, "script"),
    "dropout_1": (lambda: Net(nn.Dropout(1.0)), IMAGE, "script"),
    "dropout_in_place": (lambda: Net(nn.Conv2d(4, 4, 1), nn.Dropout2d(0.5, inplace=True)), IMAGE, "script"),
    "dropout_traced_eval": (lambda: Net(nn.Dropout(0.5)), IMAGE, "eval"),
    "dropout_traced_train": (lambda: Net(nn.Dropout(0.5)), IMAGE, "train"),
    "dropout_0_traced_train": (lambda: Net(nn.Dropout(0.0)), IMAGE, "train"),
    "alpha_dropout": (lambda: Net(nn.AlphaDropout(0.5)), IMAGE, "script"),
    "alpha_dropout_0": (lambda: Net(nn.AlphaDropout(0.0)), IMAGE, "script"),
    "feature_alpha_dropout": (lambda: Net(nn.FeatureAlphaDropout(0.5)), IMAGE, "script"),
    "functional_dropout": (lambda: FunctionalDropout(0.5), IMAGE, "script"),
    "functional_dropout_0": (lambda: FunctionalDropout(0.0), IMAGE, "script"),
    "functional_dropout_always": (AlwaysDropout, IMAGE, "script"),
    "functional_dropouts_always": (Functional, IMAGE, "script"),
    "raw_dropout_always": (RawDropout, IMAGE, "script"),
    "rrelu": (lambda: Net(nn.RReLU()), IMAGE, "script"),
    "rrelu_one_slope": (lambda: Net(nn.RReLU(0.2, 0.2)), IMAGE, "script"),
    "rrelu_traced_eval": (lambda: Net(nn.RReLU()), IMAGE, "eval"),
    "lstm": (lambda: First(nn.LSTM(4, 3, 2)), SEQUENCE, "script"),
    "lstm_dropout": (lambda: First(nn.LSTM(4, 3, 2, dropout=0.5)), SEQUENCE, "script"),
    "lstm_dropout_one_layer": (lambda: First(nn.LSTM(4, 3, 1, dropout=0.5)), SEQUENCE, "script"),
    "lstm_dropout_traced_eval": (lambda: First(nn.LSTM(4, 3, 2, dropout=0.5)), SEQUENCE, "eval"),
    "lstm_dropout_traced_train": (lambda: First(nn.LSTM(4, 3, 2, dropout=0.5)), SEQUENCE, "train"),
    "gru": (lambda: First(nn.GRU(4, 3, 2)), SEQUENCE, "script"),
    "gru_dropout": (lambda: First(nn.GRU(4, 3, 2, dropout=0.5)), SEQUENCE, "script"),
    "rnn": (lambda: First(nn.RNN(4, 3, 2)), SEQUENCE, "script"),
    "attention": (lambda: Attention(0.0), SEQUENCE, "script"),
    "attention_dropout": (lambda: Attention(0.5), SEQUENCE, "script"),
    "attention_dropout_traced_train": (lambda: Attention(0.5), SEQUENCE, "train"),
    "scaled_dot_product": (lambda: ScaledDotProduct(0.0, False), IMAGE, "script"),
    "scaled_dot_product_always": (lambda: ScaledDotProduct(0.5, False), IMAGE, "script"),
    "scaled_dot_product_follows": (lambda: ScaledDotProduct(0.5, True), IMAGE, "script"),
    "transformer_layer": (lambda: nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True), SEQUENCE, "script"),
    "transformer_layer_dropout": (lambda: nn.TransformerEncoderLayer(4, 2, 8, dropout=0.5, batch_first=True), SEQUENCE, "script"),
    "transformer_layer_masked": (MaskedTransformer, SEQUENCE, "script"),
    "noise": (Noise, IMAGE, "script"),
    "noise_in_training": (NoiseInTraining, IMAGE, "script"),
    "noise_in_evaluation": (NoiseInEvaluation, IMAGE, "script"),
    "noise_unused": (UnusedNoise, IMAGE, "script"),
    "noise_seeded": (SeededNoise, IMAGE, "script"),
    "noise_in_place": (NoiseInPlace, IMAGE, "script"),
    "bernoulli": (Bernoulli, IMAGE, "script"),
    "permutation": (Permuted, ROWS, "script"),
    "gumbel_softmax": (Gumbel, IMAGE, "script"),
    "variational": (Variational, IMAGE, "script"),
    "stochastic_depth": (lambda: StochasticDepth(0.5), IMAGE, "script"),
    "stochastic_depth_0": (lambda: StochasticDepth(0.0), IMAGE, "script"),
    "layer_drop": (LayerDrop, IMAGE, "script"),
    "counter": (Counter, IMAGE, "script"),
    "counter_in_training": (CounterInTraining, IMAGE, "script"),
    "counter_integer": (IntegerCounter, IMAGE, "script"),
    "written_view": (WrittenView, IMAGE, "script"),
    "local_writes": (LocalWrites, IMAGE, "script"),
    "embedding_clipped": (Clipped, ROWS, "script"),
    "region_dropout": (RegionDropout, IMAGE, "script"),
    "region_counter": (RegionCounter, IMAGE, "script"),
    "leaf_random": (lambda: Net(RandomLeaf()), IMAGE, "script"),
    "leaf_counting": (lambda: Net(CountingLeaf()), IMAGE, "script"),
    "leaf_modal": (lambda: Net(ModalLeaf()), IMAGE, "script"),
    "leaf_modeless": (lambda: Net(ModelessLeaf()), IMAGE, "script"),
    "network": (lambda: Net(nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.5)), IMAGE, "script"),
    "network_traced_eval": (lambda: Net(nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.5)), IMAGE, "eval"),
    "network_traced_train": (lambda: Net(nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.5)), IMAGE, "train"),
    "network_modeless": (lambda: Net(nn.Dropout(0.0), nn.BatchNorm2d(4, track_running_stats=False)), IMAGE, "script"),
    "frozen": (lambda: pinned(Frozen(True), norm=False), IMAGE, "script"),
    "thawed": (lambda: pinned(Frozen(False), norm=True, dropout=True), IMAGE, "script"),
}

# These keep modes of their own: what becomes of the root's flag does not reach them.
PINNED = {"frozen": {"norm": False}, "thawed": {"norm": True, "dropout": True}}


def pinned(model, **flags):
    """In train mode for "frozen", in eval mode for "thawed", with modules that are in another one."""
    model.train(model.flag)
    for name, flag in flags.items():
        getattr(model, name).train(flag)
    return model


def state(model):
    """Every tensor and number of a model, by its path."""
    found = clone_tree(model.state_dict())
    if hasattr(model, "calls") and not isinstance(model.calls, Tensor):
        found["calls"] = torch.tensor(model.calls)
    return found


def facts(path, name, x):
    found, outputs = {}, {}
    for mode in ("train", "eval"):
        runs, writes = [], set()
        for seed in range(8):
            model = torch.jit.load(str(path))
            model.train(mode == "train")
            for child, flag in PINNED.get(name, {}).items():
                getattr(model, child).train(flag)
            before = state(model)
            torch.manual_seed(seed)
            with torch.no_grad():
                runs.append(model(x.clone()))
            writes |= {key for key, value in state(model).items() if not torch.equal(before[key], value)}
        outputs[mode] = runs[0]
        found[mode] = {"random": not all(torch.equal(runs[0], run) for run in runs), "writes": sorted(writes), "passes": all(torch.equal(run, x) for run in runs)}
    random = found["train"]["random"] or found["eval"]["random"]
    # With random numbers in it, a result says nothing of what else differs.
    found["differs"] = None if random else not torch.allclose(outputs["train"], outputs["eval"], atol=1e-6)
    return found


def without_stacks(path):
    """A traced archive keeps the Python stack behind every operation, with the paths of this machine."""
    with zipfile.ZipFile(path) as archive:
        records = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in records:
            if not name.endswith(".debug_pkl"):
                archive.writestr(zipfile.ZipInfo(name), data)


def build(name):
    make, shape, how = MODELS[name]
    torch.manual_seed(1)
    model, x = make(), formula(shape)
    path = FIXTURES / "modes" / f"{name}.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    if how == "script":
        archive = torch.jit.script(model)
    else:
        archive = torch.jit.trace(model.train(how == "train"), x, check_trace=False)
    archive.save(str(path))
    if how != "script":
        without_stacks(path)
    if left := machine_paths(path):
        raise ValueError(f"names files of this machine: {left[:3]}")
    return {"input": list(shape), **facts(path, name, x)}, path.stat().st_size


def make(names=None):
    goldens, total = {}, 0
    for name, result in in_processes(build, names or list(MODELS)):
        if result:
            goldens[name], size = result
            total += size
    print(f"modes: {len(goldens)} archives, {total} bytes")
    file = FIXTURES / "modes/goldens.json"
    known = (json.loads(file.read_text()) if names else {}) | goldens
    write_json(file, {name: known[name] for name in MODELS})
