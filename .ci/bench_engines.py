"""Prints how long features take with each engine, in one run: milliseconds, and ours beside the best of the others.

    python .ci/bench_engines.py [MODEL ...]

PyTorch, ONNX Runtime and OpenVINO run torchvision's extractor with the same weights and nodes. Each has a process of its own, and
rounds are interleaved, so that a change of the machine's speed meets all of them. Without onnxruntime or openvino their columns
are empty: pip install onnx onnxruntime openvino==2026.4.1.
"""
import importlib.util
import json
import math
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

THREADS, ROUNDS, RUNS = 2, 5, 10
SHAPE = [1, 3, 224, 224]
NETWORKS = {
    "resnet50": ["layer1", "layer2", "layer3", "layer4"],
    "mobilenet_v3_large": ["features.3", "features.6", "features.12", "features.16"],
    "efficientnet_b0": ["features.2", "features.3", "features.5", "features.8"],
    "swin_t": ["features.1", "features.3", "features.5", "features.7"],
    "convnext_tiny": ["features.1", "features.3", "features.5", "features.7"],
    "densenet121": ["features.denseblock1", "features.denseblock2", "features.denseblock3", "features.denseblock4"],
    "vit_b_16": ["encoder.layers.encoder_layer_2", "encoder.layers.encoder_layer_5", "encoder.layers.encoder_layer_8", "encoder.ln"],
    "regnet_y_3_2gf": ["trunk_output.block1", "trunk_output.block2", "trunk_output.block3", "trunk_output.block4"],
    "googlenet": ["inception3b", "inception4e", "inception5b"],
    "vgg16": ["features.9", "features.16", "features.23", "features.30"],
}
OTHERS = {"eager": "torch", "onnxruntime": "onnxruntime", "openvino": "openvino"}


def build(model):
    import torchvision_cpu  # noqa: F401
    import torch
    import torchvision
    from torchvision.models.feature_extraction import create_feature_extractor

    torch.manual_seed(0)
    whole = torchvision.models.get_model(model, weights=None).eval()
    return whole, create_feature_extractor(whole, NETWORKS[model]).eval()


def call_of(engine, model, folder):
    """A function that computes the features of one input."""
    import torch

    torch.set_num_threads(THREADS)
    torch.set_grad_enabled(False)
    _, extractor = build(model)
    x = torch.randn(*SHAPE, generator=torch.Generator().manual_seed(1))
    if engine == "eager":
        return lambda: extractor(x)

    class Tuple(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.extractor = extractor

        def forward(self, x):
            return tuple(self.extractor(x).values())

    path = os.path.join(folder, engine + ".onnx")
    torch.backends.mha.set_fastpath_enabled(False)  # its fused operator has no ONNX form
    torch.onnx.export(Tuple().eval(), (x,), path, dynamo=False, opset_version=17)
    array = x.numpy()
    if engine == "onnxruntime":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return lambda: session.run(None, {session.get_inputs()[0].name: array})
    import openvino

    core = openvino.Core()
    compiled = core.compile_model(core.read_model(path), "CPU", {
        "INFERENCE_NUM_THREADS": THREADS, "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY",
    })
    return lambda: compiled(array)


def work(engine, model, folder):
    """Answers each line with the median of some runs."""
    call = call_of(engine, model, folder)
    for _ in range(5):
        call()
    print("ready", flush=True)
    for _ in sys.stdin:
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            call()
            times.append((time.perf_counter() - start) * 1e3)
        print(statistics.median(times), flush=True)


def ours(archive, model, engine):
    command = [XYLEM, "bench", archive, "--input-shape", ",".join(map(str, SHAPE)), "--runs", str(RUNS), "--threads", str(THREADS),
               "--engine", engine, "--format", "json", "--return", *NETWORKS[model]]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return statistics.median(answer["milliseconds"])


def measure(model):
    """The milliseconds of each engine."""
    import torch

    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "model.pt")
        torch.jit.script(build(model)[0]).save(archive)
        workers = {}
        for engine, package in OTHERS.items():
            if importlib.util.find_spec(package) is None:
                continue
            worker = subprocess.Popen(
                [sys.executable, __file__, "--worker", engine, model, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True)
            while (line := worker.stdout.readline()) and line.strip() != "ready":
                pass
            if line:
                workers[engine] = worker
        times = {engine: [] for engine in ["xylem torch", "xylem auto", *workers]}
        for _ in range(ROUNDS):
            for engine in ["torch", "auto"]:
                times["xylem " + engine].append(ours(archive, model, engine))
            for engine, worker in workers.items():
                worker.stdin.write("\n")
                worker.stdin.flush()
                times[engine].append(float(worker.stdout.readline()))
        for worker in workers.values():
            worker.stdin.close()
            worker.wait()
        return {engine: statistics.median(values) for engine, values in times.items()}


def main(models):
    columns = ["eager", "xylem torch", "onnxruntime", "openvino", "xylem auto"]
    print(f"milliseconds, medians of {ROUNDS} rounds of {RUNS} runs, {THREADS} threads, batch 1")
    print(f"{'network':20s}" + "".join(f"{column:>13s}" for column in columns) + "   auto / best other")
    ratios = []
    for model in models or NETWORKS:
        found = measure(model)
        best = min(found[engine] for engine in OTHERS if engine in found)
        ratios.append(found["xylem auto"] / best)
        cells = "".join(f"{found[c]:13.2f}" if c in found else f"{'':13s}" for c in columns)
        print(f"{model:20s}{cells}{ratios[-1]:20.2f}", flush=True)
    print(f"geometric mean {math.exp(statistics.mean(math.log(r) for r in ratios)):.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        work(*sys.argv[2:])
    else:
        main(sys.argv[1:])
