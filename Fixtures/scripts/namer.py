"""The names that torchvision's feature extraction gives to sequences of calls, for names that tell its rules apart."""
import random

import torchvision_cpu  # noqa: F401
from torchvision.models.feature_extraction import NodePathTracer

from common import FIXTURES, write_lines

PATHS = ["", "conv", "conv_1", "conv_2", "relu", "relu_1", "layer1", "layer1.0", "layer1.0.relu", "layer1.1.relu_2",
         "block_3", "block_3.conv_1", "a_1_2", "a_1", "a", "ln_05", "_7", "x_", "größe_1"]
OPERATIONS = ["add", "add_", "relu", "getitem", "conv", "atan2", "log_softmax", "leaf_1", "leaf", "a_1"]


class Node:
    """What the tracer asks of a node: its kind, and its text. Names of torch.fx end in a number at times, which is taken off again."""

    def __init__(self, operation):
        self.op = "call_module" if operation is None else "call_function"
        self.text = operation

    def __str__(self):
        return self.text


def names(calls):
    """The names of calls, each of which is a module's path or a module's path and an operation."""
    tracer = NodePathTracer()
    tracer.node_to_qualname = {}
    found = []
    for call in calls:
        node = Node(call[1])
        name = tracer._get_node_qualname(call[0], node)
        tracer.node_to_qualname[node] = name
        found.append(name)
    return found


def sequence(seed):
    numbers = random.Random(seed)
    paths = numbers.sample(PATHS, 5)
    operations = numbers.sample(OPERATIONS, 4)
    calls = []
    for _ in range(40):
        path = numbers.choice(paths)
        # The root is no call of a module here.
        is_module = path != "" and numbers.random() < 0.5
        calls.append([path, None if is_module else numbers.choice(operations)])
    return calls


def make():
    sequences = []
    for seed in range(200):
        calls = sequence(seed)
        sequences.append({"calls": calls, "names": names(calls)})
    path = FIXTURES / "goldens/namer.json"
    write_lines(path, sequences, depth=2)
    print(f"namer: {len(sequences)} sequences, {path.stat().st_size} bytes")
