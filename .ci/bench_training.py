"""Prints how fast training is and how much memory it takes, beside PyTorch in one run.

    python .ci/bench_training.py [--steps 400] [--threads 2] [--side 128] [MODEL ...]

Both train from the same weights on the same data, each in a process of its own, and rounds are interleaved, so that a change of the
machine's speed meets both. The losses of the first steps are compared: a run that computes something else is not measured. PyTorch
is eager with the defaults of its optimizers. Mask R-CNN is that of `xylem-train`; where torchvision's compiled kernels do not load,
its pooling runs in Python, which is said. After the rounds both train on to 400 steps, over which time and memory must be flat.
Processor time is that of all threads: on a machine that does other things it is steadier than the steps per second.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OURS = os.path.join(ROOT, ".build", "release", "TrainingBenchmarks")
sys.path.insert(0, os.path.join(ROOT, "Fixtures", "scripts"))
warnings.simplefilter("ignore")

WARMUP, ROUNDS = 3, 6
STEPS = {"resnet18": 10, "maskrcnn": 4}  # of a round


def import_torchvision():
    """Whether torchvision's compiled kernels are there."""
    try:
        import torchvision

        return torchvision.extension._has_ops()
    except (RuntimeError, OSError):
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        import torchvision_cpu  # noqa: F401

        return False


def make(name, side):
    """The model in train mode, for images of some side."""
    import torch
    import torchvision
    from torch import nn
    from torchvision.models.detection import MaskRCNN
    from torchvision.models.detection.rpn import AnchorGenerator
    from torchvision.models.feature_extraction import create_feature_extractor
    from torchvision.ops.feature_pyramid_network import FeaturePyramidNetwork, LastLevelMaxPool

    torch.manual_seed(0)
    if name == "resnet18":
        return torchvision.models.resnet18().train()

    class Backbone(nn.Module):
        def __init__(self):
            super().__init__()
            nodes = {f"layer{stage + 1}": str(stage) for stage in range(4)}
            self.body = create_feature_extractor(torchvision.models.resnet50(), return_nodes=nodes)
            self.fpn = FeaturePyramidNetwork([256, 512, 1024, 2048], 256, extra_blocks=LastLevelMaxPool())
            self.out_channels = 256

        def forward(self, x):
            return self.fpn(self.body(x))

    anchors = AnchorGenerator(tuple((size,) for size in (8, 16, 32, 64, 128)), ((0.5, 1.0, 2.0),) * 5)
    return MaskRCNN(Backbone(), 4, min_size=side, max_size=side, rpn_anchor_generator=anchors).train()


def data(name, side):
    import torch

    generator = torch.Generator().manual_seed(1)
    if name == "resnet18":
        return {"images": torch.randn(8, 3, side, side, generator=generator), "labels": torch.arange(8) * 100}
    tensors = {}
    for index in range(2):
        image = torch.rand(3, side, side, generator=generator) * 0.15 + 0.35
        boxes = torch.tensor([[8, 10, 50, 44], [70, 64, 114, 120]]) * side // 128 + index
        masks = torch.zeros(2, side, side)
        for mask, (left, top, right, bottom) in zip(masks, boxes.tolist()):
            mask[top:bottom, left:right] = 1
            image[:, top:bottom, left:right] = 0.9
        tensors |= {f"images.{index}": image, f"boxes.{index}": boxes.float(), f"masks.{index}": masks,
                    f"labels.{index}": torch.tensor([1, 2])}
    return tensors


def step_of(name, tensors):
    """A function that runs a step and returns its loss."""
    import torch

    images = [tensors[key] for key in tensors if key.startswith("images")]
    model = make(name, images[0].shape[-1])
    if name == "resnet18":
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)

        def step():
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(images[0]), tensors["labels"])
            loss.backward()
            optimizer.step()
            return loss.item()

        return step
    targets = [{key: tensors[f"{key}.{index}"] for key in ("boxes", "labels")} | {"masks": tensors[f"masks.{index}"].to(torch.uint8)}
               for index in range(2)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-5, weight_decay=1e-4)

    def step():
        optimizer.zero_grad()
        loss = sum(model(images, targets).values())
        value = loss.item()
        assert value == value
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10)
        optimizer.step()
        return value

    return step


def memory(name):
    """A number of /proc/self/status, in kibibytes."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name + ":"))


def work(name, path, threads):
    """PyTorch's side: answers each number of steps as TrainingBenchmarks does."""
    import_torchvision()
    import torch

    torch.set_num_threads(int(threads))
    step = step_of(name, torch.load(path))
    torch.manual_seed(1)
    print("ready", flush=True)
    for line in sys.stdin:
        answer = {"milliseconds": [], "processor": [], "losses": [], "resident": []}
        for _ in range(int(line)):
            start, busy = time.perf_counter(), time.process_time()
            answer["losses"].append(step())
            answer["milliseconds"].append((time.perf_counter() - start) * 1e3)
            answer["processor"].append((time.process_time() - busy) * 1e3)
            answer["resident"].append(memory("VmRSS"))
        print(json.dumps(answer | {"peak": memory("VmHWM")}), flush=True)


class Worker:
    """A process that trains."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        while (line := self.process.stdout.readline()) and line.strip() != "ready":
            pass
        if not line:
            sys.exit(f"bench: {command[0]} ended before it trained")

    def train(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def measure(name, options):
    import torch

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "start.pt")
        weights = make(name, options.side).state_dict()
        torch.save({"model." + key: value for key, value in weights.items()} | data(name, options.side), path)
        threads = str(options.threads)
        workers = {
            "xylem": Worker([OURS, name, path, threads]),
            "PyTorch": Worker([sys.executable, __file__, "--worker", name, path, threads]),
        }
        answers = {side: [worker.train(WARMUP)] for side, worker in workers.items()}
        ours, theirs = (answers[side][0]["losses"] for side in workers)
        if abs(ours[0] - theirs[0]) > 1e-3 * abs(theirs[0]):
            sys.exit(f"bench: {name} does not compute the same: the losses are {ours} and PyTorch's {theirs}")
        for _ in range(ROUNDS):
            for side, worker in workers.items():
                answers[side].append(worker.train(STEPS[name]))
        left = options.steps - WARMUP - ROUNDS * STEPS[name]
        rounds = {side: answers[side][1:] for side in workers}
        if left > 0:
            for side, worker in workers.items():
                answers[side].append(worker.train(left))
        for worker in workers.values():
            worker.end()
    print(f"{name}, the first losses {', '.join(f'{loss:.4f}' for loss in ours)}")
    report(answers, rounds)


def report(answers, rounds):
    """A line for each side, and their ratios."""
    steps, busy, peaks = {}, {}, {}
    for side, found in answers.items():
        steps[side], busy[side] = (
            statistics.median(statistics.median(answer[key]) for answer in rounds[side]) for key in ("milliseconds", "processor"))
        peaks[side] = found[-1]["peak"] / 1024
        times, resident = ([x for answer in found for x in answer[key]] for key in ("processor", "resident"))
        tenth = max(len(times) // 10, 1)
        drift = statistics.median(times[-tenth:]) / statistics.median(times[WARMUP:WARMUP + tenth])
        growth = (statistics.median(resident[-tenth:]) - statistics.median(resident[tenth:2 * tenth])) / 1024
        print(f"  {side:8s}{1e3 / steps[side]:8.2f} steps/s {busy[side]:9.1f} ms of processors   peak {peaks[side]:6.0f} MiB"
              f"   over {len(times)} steps: {drift:.2f} times as long, {growth:+.1f} MiB")
    print(f"  ratio   {steps['PyTorch'] / steps['xylem']:8.2f} times PyTorch's steps per second, {busy['xylem'] / busy['PyTorch']:.2f} "
          f"times its processor time, {peaks['xylem'] / peaks['PyTorch']:.2f} times its memory", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", default=list(STEPS), metavar="MODEL")
    parser.add_argument("--steps", type=int, default=400, help="steps in all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--side", type=int, default=128, help="the images' height and width")
    options = parser.parse_args()
    if not import_torchvision():
        print("torchvision's compiled kernels do not load here: its pooling and suppression run in Python")
    print(f"training, medians of {ROUNDS} rounds, {options.threads} threads, {options.side} by {options.side} pixels: "
          "ResNet-18 with 8 images, Mask R-CNN with 2")
    for name in options.models:
        measure(name, options)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        work(*sys.argv[2:])
    else:
        main()
