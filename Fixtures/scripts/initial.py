"""What models hold after construction, before any weights are loaded: draws come in the order of construction, then in
that of the model's own initialisation."""
import torch
import torchvision_cpu  # noqa: F401
import torchvision

from common import FIXTURES, in_processes, statistics_tree, write_lines

SEED = 7
MODELS = {
    "resnet18": {},
    "vgg11_bn": {},
    "mobilenet_v3_small": {},
    "googlenet": {"init_weights": True},
    "vit_b_16": {},
    "alexnet": {},
    "mobilenet_v2": {},
}


def six_keys(state):
    """The first, the last and four between them of the entries that were drawn: those of one number were not."""
    drawn = [key for key, t in state.items() if t.numel() > 1 and (t != t.flatten()[0]).any()]
    return [drawn[k * (len(drawn) - 1) // 5] for k in range(6)]


def build(name):
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    state = torchvision.models.get_model(name, weights=None, **MODELS[name]).state_dict()
    return statistics_tree({key: state[key] for key in six_keys(state)})


def make():
    path = FIXTURES / "goldens/source_initial.json"
    goldens = {name: result for name, result in in_processes(build, list(MODELS), workers=2)}
    write_lines(path, goldens, depth=2)
    print(f"initial: {len(goldens)} models, {path.stat().st_size} bytes")
