"""Archives of torch.export of torchvision's models, with the numbers of the scripted ones in zoo/, and of small models
with their results in PyTorch.

An archive of PyTorch stores every tensor whole, and lines of the machine's files with every operator. Here tensors are
views of a few short vectors, as in zoo/; what names and values don't need is left out, and entries are compressed.
"""
import json
import re
import sys
import zipfile

import torch
import torchvision_cpu  # noqa: F401
import torchvision

from common import FIXTURES, in_processes
from zoo import ENTRIES, Views, inputs_of, without_initialisation

FOLDER = FIXTURES / "exported"
NAMES = ["alexnet", "convnext_tiny", "deeplabv3_mobilenet_v3_large", "fcn_resnet50", "lraspp_mobilenet_v3_large", "resnet18"]
WITHOUT_SIGNATURES = ["resnet18", "convnext_tiny"]


def export(model, arguments, signatures=True, **options):
    names = tuple(name for name, _ in model.named_modules() if name) if signatures else ()
    return torch.export.export(model, arguments, strict=False, preserve_module_call_signature=names, **options)


def document(program):
    """The JSON of a program, without what Xylem does not read."""
    from torch._export.serde.serialize import ExportedProgramSerializer, _dataclass_to_dict

    # Weights are written separately: none are serialised here.
    whole = ExportedProgramSerializer(None).serialize(program).exported_program
    tree = json.loads(json.dumps(_dataclass_to_dict(whole)))
    graph = tree["graph_module"]["graph"]
    inputs = {i["as_tensor"]["name"] for i in graph["inputs"] if "as_tensor" in i}
    state = {list(s.values())[0].get("arg", {}).get("name") for s in tree["graph_module"]["signature"]["input_specs"]}
    shorten(graph, inputs - state)
    return tree


def shorten(graph, kept):
    graph["tensor_values"] = {name: meta for name, meta in graph["tensor_values"].items() if name in kept}
    for node in graph["nodes"]:
        lines = re.findall(r'File "([^"<]*)", line (\d+), in (\w+)', node["metadata"].pop("stack_trace", ""))
        lines = [(re.sub(r".*/(site-packages|scripts)/", "", file), line, name) for file, line, name in lines]
        own = [line for line in lines if "torch/" not in line[0]] or lines
        if own:
            node["metadata"]["stack_trace"] = 'File "%s", line %s, in %s' % own[-1]
        for argument in node["inputs"]:
            if "as_graph" in argument["arg"]:
                shorten(argument["arg"]["as_graph"]["graph"], set())


SCALARS = {torch.float32: 7, torch.float64: 8, torch.int64: 5, torch.int32: 4, torch.bool: 12, torch.bfloat16: 13, torch.float16: 6}


def configuration(tensors, kind, storages, parameters):
    config = {}
    for key, tensor in tensors.items():
        data = bytes(tensor.untyped_storage())
        number = storages.setdefault(data, len(storages))
        config[key] = {
            "path_name": f"{kind}_{number}", "is_param": key in parameters, "use_pickle": False,
            "tensor_meta": {
                "dtype": SCALARS[tensor.dtype], "sizes": [{"as_int": n} for n in tensor.shape],
                "requires_grad": tensor.requires_grad, "device": {"type": "cpu", "index": None},
                "strides": [{"as_int": n} for n in tensor.stride()], "storage_offset": {"as_int": tensor.storage_offset()},
                "layout": 7,
            },
        }
    return {"config": config}


def write(path, programs, stripped=False):
    """Writes an archive in the layout of PyTorch's, with the storages that tensors share once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    root = path.stem
    weights, constants = {}, {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        def add(name, contents):
            archive.writestr(zipfile.ZipInfo(f"{root}/{name}"), contents, zipfile.ZIP_DEFLATED, 9)

        add("archive_format", "pt2")
        add("archive_version", "0")
        add("byteorder", sys.byteorder)
        for name, program in programs.items():
            add(f"models/{name}.json", json.dumps(document(program), separators=(",", ":")))
            state = {} if stripped else dict(program.state_dict)
            others = {k: v for k, v in program.constants.items() if isinstance(v, torch.Tensor)}
            parameters = {key for key, _ in program.named_parameters()}
            add(f"data/weights/{name}_weights_config.json", json.dumps(configuration(state, "weight", weights, parameters)))
            add(f"data/constants/{name}_constants_config.json", json.dumps(configuration(others, "tensor", constants, ())))
        for kind, storages in (("weight", weights), ("tensor", constants)):
            folder = {"weight": "weights", "tensor": "constants"}[kind]
            for data, number in storages.items():
                add(f"data/{folder}/{kind}_{number}", data)
    return path.stat().st_size


def build(name):
    entry = ENTRIES[name]
    torch.manual_seed(0)
    torch.set_num_threads(1)
    without_initialisation()
    model = torchvision.models.get_model(name, **{"weights": None, **entry.arguments}).eval()
    arguments = inputs_of(entry)
    Views(name, model).calibrate(arguments)
    programs = {}
    for mode in ("train", "eval"):
        model.train(mode == "train")
        shapes = entry.train_inputs if mode == "train" and entry.train_inputs else entry.inputs
        # A batch norm refuses one value for each channel in train mode.
        given = tuple(torch.ones([max(2, shape[0])] + shape[1:]) for shape in shapes) if mode == "train" else arguments
        programs[mode] = export(model, given)
    size = write(FOLDER / f"{name}.pt2", programs)
    if name in WITHOUT_SIGNATURES:
        size += write(FOLDER / f"{name}_bare.pt2", {"model": export(model.eval(), arguments, signatures=False)})
    return size


def script():
    """The script that `xylem export-script` prints, from the source of the command."""
    source = (FIXTURES.parent / "Sources/XylemCommand/Commands/ExportScriptCommand.swift").read_text()
    lines = source.split('#"""\n')[1].split('"""#')[0].split("\n")
    return "\n".join(line.removeprefix("    ") for line in lines[:-1])


def shrink(path, target):
    """A smaller copy of an archive: compressed, without sample inputs and lines of this machine's files."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as small:
        for name in whole.namelist():
            contents = whole.read(name)
            if "sample_inputs" in name or "/.data/" in name:
                continue
            if "/models/" in name:
                tree = json.loads(contents)
                state = {list(s.values())[0].get("arg", {}).get("name") for s in tree["graph_module"]["signature"]["input_specs"]}
                shorten(tree["graph_module"]["graph"], {n for n in tree["graph_module"]["graph"]["tensor_values"]} - state)
                contents = json.dumps(tree, separators=(",", ":")).encode()
            small.writestr(zipfile.ZipInfo(name), contents, zipfile.ZIP_DEFLATED, 9)
    return target.stat().st_size


def flat(value, key="output"):
    if isinstance(value, torch.Tensor):
        return {key: value.detach().clone().contiguous()}
    if isinstance(value, dict):
        return {k: v for name, part in value.items() for k, v in flat(part, f"{key}.{name}").items()}
    return {k: v for index, part in enumerate(value) for k, v in flat(part, f"{key}[{index}]").items()}


def floats(value):
    if isinstance(value, torch.Tensor):
        return value.float().pow(2).sum()
    return sum(floats(part) for part in (value.values() if isinstance(value, dict) else value))


def results(name, model, arguments, goldens):
    """What PyTorch computes in both modes: results, results of modules, and gradients."""
    import copy
    for mode in ("train", "eval"):
        own = copy.deepcopy(model).train(mode == "train")
        given = [argument.clone().requires_grad_() for argument in arguments]
        found, hooks = {}, []
        for path, module in own.named_modules():
            def keep(module, inputs, output, path=path):
                if path and isinstance(output, torch.Tensor):
                    found[path] = output.detach().clone().contiguous()
            hooks.append(module.register_forward_hook(keep))
        result = own(*given)
        for hook in hooks:
            hook.remove()
        floats(result).backward()
        goldens.update({f"{name}/{mode}/{key}": value for key, value in flat(result).items()})
        goldens.update({f"{name}/{mode}/module/{key}": value for key, value in found.items()})
        goldens.update({f"{name}/{mode}/gradient/{i}": x.grad for i, x in enumerate(given) if x.grad is not None})
        goldens.update({f"{name}/{mode}/gradient/{k}": p.grad for k, p in own.named_parameters() if p.grad is not None and p.numel() < 300})
        goldens.update({f"{name}/{mode}/buffer/{k}": b.clone() for k, b in own.named_buffers() if b.is_floating_point() and k in own.state_dict()})
    goldens.update({f"{name}/input/{i}": x for i, x in enumerate(arguments)})


def make_small():
    """Ten models by the script that the command line prints, as a user runs it, and others as PyTorch writes them."""
    import importlib
    import os
    import subprocess
    import tempfile

    from safetensors.torch import save_file

    import export_models as models

    torch.set_num_threads(1)
    goldens, sizes = {}, []
    with tempfile.TemporaryDirectory() as folder:
        folder = __import__("pathlib").Path(folder)
        (folder / "export.py").write_text(script())
        here = str(FIXTURES / "scripts")
        for name, shapes in models.SHAPES.items():
            torch.manual_seed(len(name))
            model = getattr(models, name)()
            # The script makes the model itself: it takes this one from a module.
            torch.save(model, folder / "model.pkl")
            (folder / "given.py").write_text('import torch, export_models\nmodel = torch.load("model.pkl", weights_only=False)\n')
            words = ["export.py", "given:model", f"small_{name}.pt2"] + [",".join(map(str, shape)) for shape in shapes]
            words += ["--dynamic-batch"] if name in models.DYNAMIC else []
            paths = os.pathsep.join([here, str(folder), os.environ.get("PYTHONPATH", "")])
            subprocess.run([sys.executable, *words], check=True, cwd=folder, env={**os.environ, "PYTHONPATH": paths})
            sizes.append(shrink(folder / f"small_{name}.pt2", FOLDER / f"small_{name}.pt2"))
            arguments = [torch.randn(shape) for shape in shapes]
            results(name, model, arguments, goldens)
            if name in ("resnet", "recurrent", "counter"):
                program = torch.export.export(model.train(), tuple(arguments))
                # Changes of buffers are results of the graph then.
                torch.export.save(program.run_decompositions(), folder / "decomposed.pt2")
                sizes.append(shrink(folder / "decomposed.pt2", FOLDER / f"small_{name}_decomposed.pt2"))
            if name in ("sizes",):
                for mode in ("train", "eval"):
                    torch.export.save(torch.export.export(model.train(mode == "train"), tuple(arguments)), folder / "one.pt2")
                    sizes.append(shrink(folder / "one.pt2", FOLDER / f"small_{name}_{mode}.pt2"))
    save_file(goldens, str(FOLDER / "goldens.safetensors"))
    (FOLDER / "export.py").write_text(script())
    print(f"exported: {len(sizes)} small archives, {sum(sizes)} bytes")


def damaged(name, change):
    """A copy of a small archive with its records changed: `change` is given them by name."""
    with zipfile.ZipFile(FOLDER / "small_tied.pt2") as whole:
        records = [(entry, whole.read(entry)) for entry in whole.namelist()]
    path = FOLDER / f"bad_{name}.pt2"
    changed = change(dict(records))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, contents in changed.items() if isinstance(changed, dict) else changed:
            archive.writestr(zipfile.ZipInfo(entry), contents, zipfile.ZIP_DEFLATED, 9)
    return path


def edited(ending, old, new):
    def change(records):
        found = {k: v.replace(old, new) if k.endswith(ending) else v for k, v in records.items()}
        assert found != records, (ending, old)
        return found
    return change


def make_bad():
    """Archives that must be refused, each for one reason."""
    import warnings

    warnings.simplefilter("ignore")
    damaged("schema", edited("models/eval.json", b'"major":8', b'"major":9'))
    damaged("version", edited("archive_version", b"0", b"1"))
    damaged("byte_order", edited("byteorder", b"little", b"big"))
    damaged("no_model", lambda records: {k: v for k, v in records.items() if "/models/" not in k})
    damaged("compiled", lambda records: {
        **{k: v for k, v in records.items() if "/models/" not in k}, "small_tied/data/aotinductor/model/x.so": b"\x7fELF"})
    damaged("pickled", edited("eval_weights_config.json", b'"use_pickle": false', b'"use_pickle": true'))
    damaged("range", edited("eval_weights_config.json", b'"sizes": [{"as_int": 6}', b'"sizes": [{"as_int": 6000}'))
    damaged("negative", edited("eval_weights_config.json", b'"storage_offset": {"as_int": 0}', b'"storage_offset": {"as_int": -8}'))
    damaged("no_data", lambda records: {k: v for k, v in records.items() if "weight_" not in k})
    damaged("twice", lambda records: list(records.items()) + [("small_tied/models/eval.json", b"{}")])
    damaged("json", lambda records: {k: v[:-40] if k.endswith("eval.json") else v for k, v in records.items()})
    damaged("form", edited("models/eval.json", b'"nodes":[', b'"nodes":[7,'))
    damaged("deep", lambda records: {k: b"[" * 100000 if k.endswith("eval.json") else v for k, v in records.items()})
    damaged("names", lambda records: {k.replace("/eval", "/b").replace("/train", "/a"): v for k, v in records.items()})
    damaged("operator", edited("models/eval.json", b"torch.ops.aten.relu.default", b"torch.ops.nothing.relu.default"))
    damaged("block", edited("models/eval.json", b"torch.ops.aten.relu.default", b"torch.ops.higher_order.scan"))
    damaged("order", edited("models/eval.json", b'"name":"self","arg":{"as_tensor":{"name":"linear"}}', b'"name":"self","arg":{"as_tensor":{"name":"late"}}'))
    cut = (FOLDER / "small_tied.pt2").read_bytes()
    (FOLDER / "bad_truncated.pt2").write_bytes(cut[: len(cut) // 2])


def make(names=None):
    if not names or "small" in names:
        make_small()
    if not names or "bad" in names:
        make_bad()
    names = [name for name in names or NAMES if name not in ("small", "bad")]
    sizes = [size for _, size in in_processes(build, names) if size]
    print(f"exported: {len(sizes)} archives, {sum(sizes)} bytes")
