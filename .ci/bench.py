"""Prints how tracing and extraction compare with PyTorch's, as ratios of medians of one run.

Rounds are interleaved, so that a change of the machine's speed meets both sides.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
XYLEM = os.path.join(ROOT, ".build", "release", "xylem")
sys.path.insert(0, os.path.join(ROOT, "Fixtures", "scripts"))
warnings.simplefilter("ignore")

import torchvision_cpu  # noqa: E402, F401
import torch  # noqa: E402
import torchvision  # noqa: E402
from torchvision.models.feature_extraction import create_feature_extractor  # noqa: E402

NAMES = """
import sys, warnings
sys.path.insert(0, %r)
warnings.simplefilter("ignore")
import torchvision_cpu, torchvision
from torchvision.models.feature_extraction import get_graph_node_names
get_graph_node_names(torchvision.models.resnet50())
""" % os.path.join(ROOT, "Fixtures", "scripts")

MODELS = {
    "resnet50": ["layer1", "layer4"],
    "mobilenet_v3_large": ["features.6", "features.16"],
    "vit_b_16": ["encoder.layers.encoder_layer_5", "encoder.ln"],
}


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def names_of_a_model(folder):
    """The whole process of `xylem nodes` beside Python's get_graph_node_names, both modes."""
    archive = os.path.join(folder, "resnet50.pt")
    torch.jit.script(torchvision.models.resnet50()).save(archive)
    command = [XYLEM, "nodes", archive, "--mode", "both", "--naming", "torchvision", "--format", "json"]
    ours, theirs = [], []
    for _ in range(5):
        ours.append(seconds(command))
        theirs.append(seconds([sys.executable, "-c", NAMES]))
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"nodes of resnet50, whole process   {a * 1e3:8.0f} ms   Python {b * 1e3:8.0f} ms   {b / a:5.1f} times faster")


class Chain(torch.nn.Module):
    """A model of as many nodes as asked for."""

    def __init__(self, rounds: int):
        super().__init__()
        self.rounds = rounds
        self.relu = torch.nn.ReLU()

    def forward(self, x):
        for _ in range(self.rounds):
            x = self.relu(x) + 1.0
        return x


def growth(folder):
    """How the time of a trace grows with its nodes, less what the process takes without them."""
    times = []
    for rounds in [1, 500, 5_000, 50_000]:
        archive = os.path.join(folder, f"chain{rounds}.pt")
        torch.jit.script(Chain(rounds)).save(archive)
        times.append(statistics.median(seconds([XYLEM, "nodes", archive]) for _ in range(3)) - (times[0] if times else 0))
    for nodes, before, after in [(10_000, times[1], times[2]), (100_000, times[2], times[3])]:
        print(f"tracing {nodes:7,} nodes instead of {nodes // 10:6,}: {after / max(before, 1e-4):5.1f} times as long")


def extraction(folder, threads=2, rounds=5, runs=5):
    torch.set_num_threads(threads)
    for name, nodes in MODELS.items():
        model = torchvision.models.get_model(name, weights=None).eval()
        archive = os.path.join(folder, name + ".pt")
        torch.jit.script(model).save(archive)
        extractor = create_feature_extractor(model, nodes).eval()
        x = torch.randn(1, 3, 224, 224)
        command = [XYLEM, "bench", archive, "--input-shape", "1,3,224,224", "--runs", str(runs), "--threads", str(threads),
                   "--engine", "torch"]
        for node in nodes:
            command += ["--return", node]
        ours, theirs, copies = [], [], 0
        with torch.no_grad():
            for _ in range(rounds):
                answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                ours.append(statistics.median(answer["milliseconds"]))
                copies = answer["copies"]
                extractor(x)
                times = []
                for _ in range(runs):
                    start = time.perf_counter()
                    extractor(x)
                    times.append((time.perf_counter() - start) * 1e3)
                theirs.append(statistics.median(times))
        a, b = statistics.median(ours), statistics.median(theirs)
        print(f"extracting from {name:20s} {a:8.1f} ms   eager {b:8.1f} ms   {b / a:5.2f} times as fast, {copies} copies")


def copies():
    """How many features the torchvision models' own modules make the extractor copy, because the model overwrites them."""
    zoo = os.path.join(ROOT, "Fixtures", "zoo")
    counts = {}
    for file in sorted(os.listdir(zoo)):
        command = [XYLEM, "bench", os.path.join(zoo, file), "--auto-leaf", "--return", "*", "--input-shape", "1,3,224,224",
                   "--runs", "1", "--warmup", "0", "--engine", "torch"]
        answer = subprocess.run(command, capture_output=True, text=True)
        if answer.returncode == 0:
            counts[file] = json.loads(answer.stdout)["copies"]
    copied = {name: count for name, count in counts.items() if count}
    print(f"copies over the top modules of {len(counts)} models: {sum(counts.values())}  {copied or ''}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        names_of_a_model(folder)
        growth(folder)
        extraction(folder)
    copies()
