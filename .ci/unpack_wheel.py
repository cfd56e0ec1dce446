"""Unpacks what a C++ program needs of a wheel: include/, the libraries of the processor, the licence.

usage: unpack_wheel.py WHEEL FOLDER           the torch wheel, or the openvino wheel
       unpack_wheel.py --library NAME WHEEL… FOLDER   one library by its name out of any of these wheels

Each file's SHA-256 is compared with the wheel's own record. Needs Python 3.6 and no package.
"""

import base64
import csv
import hashlib
import io
import os
import re
import sys
import zipfile

# Python's own binding, tests, shared memory between Python processes, and what computes on a GPU.
UNWANTED = re.compile(r"python|test|shm|aoti_custom|backend_with_compiler|cuda|nvrtc|nvshmem|global_deps")
BLOCK = 1 << 20


def fail(message):
    sys.exit("error: " + message)


def record_of(wheel):
    """The wheel's list of files: path to SHA-256, as it is written there."""
    names = [n for n in wheel.namelist() if n.endswith(".dist-info/RECORD")]
    if len(names) != 1:
        fail(f"{wheel.filename} has no RECORD: not a wheel")
    rows = csv.reader(io.TextIOWrapper(wheel.open(names[0]), "utf-8"))
    return {row[0]: row[1] for row in rows if len(row) > 1}


def extract(wheel, record, name, target):
    """Writes one file of the wheel, and compares it with the record."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    digest = hashlib.sha256()
    with wheel.open(name) as source, open(target, "wb") as out:
        for block in iter(lambda: source.read(BLOCK), b""):
            digest.update(block)
            out.write(block)
    found = "sha256=" + base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
    if record.get(name) != found:
        fail(f"{name} in {os.path.basename(wheel.filename)} differs from the wheel's own record of it")


# What is used of OpenVINO: its core, the frontend that reads PyTorch's operators, the plugin for the processor.
OPENVINO = re.compile(r"lib(openvino|openvino_pytorch_frontend|tbb|tbbmalloc)\.so\.[0-9]+|libopenvino_intel_cpu_plugin\.so")


def target_of(name):
    """Where a file of a wheel goes, or nothing where it is not needed."""
    if name.endswith("/"):
        return None
    if name.startswith("openvino/include/"):
        return name[len("openvino/"):]
    match = re.fullmatch(r"openvino/libs/([^/]+)", name)
    if match:
        return "lib/" + match.group(1) if OPENVINO.fullmatch(match.group(1)) else None
    match = re.fullmatch(r"openvino-[^/]*\.dist-info/(?:licenses/)?((?:LICENSE|NOTICE)[^/]*)", name)
    if match:
        return match.group(1)
    if name.startswith("torch/include/"):
        return name[len("torch/"):]
    match = re.fullmatch(r"(?:torch/lib|torch\.libs)/([^/]+\.so[^/]*)", name)
    if match and not UNWANTED.search(match.group(1)):
        return "lib/" + match.group(1)
    match = re.fullmatch(r"torch-[^/]*\.dist-info/(?:licenses/)?((?:LICENSE|NOTICE)[^/]*)", name)
    return match and match.group(1)


def unpack(path, folder):
    with zipfile.ZipFile(path) as wheel:
        record = record_of(wheel)
        for name in wheel.namelist():
            target = target_of(name)
            if target:
                extract(wheel, record, name, os.path.join(folder, target))
        for_cuda = "torch/lib/libtorch_cuda.so" in record
    facade = os.path.join(folder, "lib", "libtorch.so")
    if for_cuda and os.path.exists(facade):
        # It holds no code, and would pull the libraries for a GPU in.
        os.remove(facade)
        os.symlink("libtorch_cpu.so", facade)


def unpack_library(library, paths, folder):
    for path in paths:
        with zipfile.ZipFile(path) as wheel:
            for name in wheel.namelist():
                if os.path.basename(name) == library:
                    extract(wheel, record_of(wheel), name, os.path.join(folder, "lib", library))
                    return
    fail(f"none of these has {library}: " + ", ".join(os.path.basename(path) for path in paths))


def main(arguments):
    try:
        if len(arguments) >= 4 and arguments[0] == "--library":
            unpack_library(arguments[1], arguments[2:-1], arguments[-1])
        elif len(arguments) == 2:
            unpack(*arguments)
        else:
            fail(__doc__.strip())
    except (zipfile.BadZipFile, OSError) as error:
        fail(f"{error}")


main(sys.argv[1:])
