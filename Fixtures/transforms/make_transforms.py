"""Makes the golden data of the image tests: what Pillow decodes and what torchvision's transforms return.

    python make_transforms.py        # needs pillow, torch, torchvision, numpy

Writes, beside itself, `codecs/*.png` and `codecs/*.jpg` (tiny files, one per kind), `codecs.json` (each one's pixels as
`Image.open(file).convert("RGB")` gives them), `transforms.json` (results of Resize and CenterCrop on tiny files
in full), `filters.json` and `orientations.json` (every filter, gray, and tags of orientation), and `photographs.json` (the whole evaluation transform on those of ../images: hashes, and the middle 8 x 8).
PNG files are written by hand, because no writer offers every combination of colour type, depth and interlacing.
"""
import base64
import io
import json
import pathlib
import struct
import sys
import warnings
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "scripts"))

import numpy as np
import torchvision_cpu  # noqa: F401  before torchvision
import PIL
import torchvision
from PIL import Image, ImageOps, features
from torchvision.transforms import CenterCrop, Compose, Grayscale, InterpolationMode, Normalize, Resize, ToTensor

warnings.filterwarnings("ignore")
CODECS = HERE / "codecs"
PHOTOGRAPHS = HERE.parent / "images"


def fnv1a(data):
    """The 64-bit FNV-1a hash, in hexadecimal."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


# MARK: PNG files

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
NAMES = {0: "gray", 2: "rgb", 3: "palette", 4: "gray-alpha", 6: "rgba"}
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def packed(samples, depth):
    """Rows of samples, [height, width * channels], as PNG scanlines without filter."""
    lines = []
    for row in samples:
        if depth == 16:
            line = row.astype(">u2").tobytes()
        else:
            bits = "".join(f"{int(value):0{depth}b}" for value in row)
            bits += "0" * (-len(bits) % 8)
            line = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        lines.append(b"\0" + line)
    return b"".join(lines)


def png(samples, color, depth, interlaced=False, extra=b""):
    """A PNG file of samples [height, width, channels]."""
    height, width, _ = samples.shape
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    parts = [samples[y::dy, x::dx] for x, y, dx, dy in passes]
    data = b"".join(packed(p.reshape(p.shape[0], -1), depth) for p in parts if p.size)
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
    )


def samples(color, depth, seed, width=13, height=11):
    random = np.random.default_rng(seed)
    return random.integers(0, 2**depth, (height, width, CHANNELS[color]), dtype=np.int64)


def palette(entries, seed):
    return chunk(b"PLTE", np.random.default_rng(seed).integers(0, 256, entries * 3, dtype=np.uint8).tobytes())


def write_pngs():
    seed = 0
    for color, depths in DEPTHS.items():
        for depth in depths:
            extra = palette(2**depth, seed) if color == 3 else b""
            for interlaced in (False, True):
                seed += 1
                name = f"{NAMES[color]}-{depth}{'-interlaced' if interlaced else ''}.png"
                (CODECS / name).write_bytes(png(samples(color, depth, seed), color, depth, interlaced, extra))
    transparent = {
        "gray-2-trns": (0, 2, chunk(b"tRNS", b"\0\1")),
        "gray-8-trns": (0, 8, chunk(b"tRNS", b"\0\x40")),
        "gray-16-trns": (0, 16, chunk(b"tRNS", b"\0\x40")),
        "rgb-8-trns": (2, 8, chunk(b"tRNS", b"\0\1\0\2\0\3")),
        "rgb-16-trns": (2, 16, chunk(b"tRNS", b"\0\1\0\2\0\3")),
        "palette-2-trns": (3, 2, palette(4, 99) + chunk(b"tRNS", b"\0\x7f\xff")),
        "palette-8-trns": (3, 8, palette(256, 98) + chunk(b"tRNS", bytes(range(256)))),
        "palette-8-short": (3, 8, palette(100, 97)),
        "rgb-8-gamma": (2, 8, chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"sRGB", b"\0")),
    }
    for index, (name, (color, depth, extra)) in enumerate(transparent.items()):
        (CODECS / f"{name}.png").write_bytes(png(samples(color, depth, 50 + index), color, depth, False, extra))
    deep = np.array([0, 1, 127, 128, 254, 255, 256, 257, 32768, 65535]).reshape(2, 5, 1)
    (CODECS / "gray-16-steps.png").write_bytes(png(deep, 0, 16))
    for width, height in ((37, 23), (1, 9), (9, 1), (1, 1), (3, 100), (100, 3), (16, 16), (20, 40), (20, 42), (42, 20)):
        name = f"size-{width}x{height}.png"
        (CODECS / name).write_bytes(png(samples(2, 8, 100 + width, width, height), 2, 8))


# MARK: JPEG files


def picture(width, height, channels):
    """Smooth shapes with some edges, so that chroma filters and block borders show."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = [
        127 + 127 * np.sin((c + 1) * x / 5 + c) * np.cos(y / (3 + c)) * np.where((x + 2 * y) % 17 < 9, 1, 0.4)
        for c in range(channels)
    ]
    return np.stack(planes, -1).round().astype(np.uint8)


def write_jpegs():
    width, height = 37, 29
    rgb = Image.fromarray(picture(width, height, 3), "RGB")
    gray = Image.fromarray(picture(width, height, 1)[..., 0], "L")
    inks = Image.fromarray(picture(width, height, 4), "CMYK")
    orientation = Image.Exif()
    orientation[0x0112] = 6
    kinds = {
        "gray": (gray, {}),
        "gray-progressive": (gray, {"progressive": True}),
        "rgb-444": (rgb, {"subsampling": "4:4:4"}),
        "rgb-422": (rgb, {"subsampling": "4:2:2"}),
        "rgb-420": (rgb, {"subsampling": "4:2:0"}),
        "rgb-420-low": (rgb, {"subsampling": "4:2:0", "quality": 10}),
        "rgb-420-progressive": (rgb, {"subsampling": "4:2:0", "progressive": True}),
        "rgb-restarts": (rgb, {"restart_marker_blocks": 2}),
        "rgb-not-converted": (rgb, {"keep_rgb": True}),
        "rgb-orientation": (rgb, {"exif": orientation}),
        "cmyk": (inks, {"quality": 90}),
        "cmyk-progressive": (inks, {"progressive": True}),
    }
    for name, (image, options) in kinds.items():
        image.save(CODECS / f"{name}.jpg", "JPEG", **options)
    # Read with the other transform in Adobe's marker the same four channels are YCCK.
    data = bytearray((CODECS / "cmyk.jpg").read_bytes())
    marker = data.index(b"Adobe")
    assert data[marker + 11] == 0
    data[marker + 11] = 2
    (CODECS / "ycck.jpg").write_bytes(data)
    # Without the marker the four channels are still inks.
    start = marker - 4
    length = struct.unpack(">H", data[marker - 2 : marker])[0]
    (CODECS / "cmyk-no-marker.jpg").write_bytes(data[:start] + data[start + 2 + length :])


# MARK: Goldens


def opened(path):
    return Image.open(path).convert("RGB")


def codec_goldens():
    files = []
    for path in sorted(CODECS.iterdir()):
        image = opened(path)
        files.append({"file": path.name, "width": image.width, "height": image.height, "rgb": text(image)})
    return files


def small_goldens():
    """[file, resize, crop] on tiny files; null leaves the step out."""
    cases = [
        ("size-37x23.png", 8, None),
        ("size-37x23.png", 22, None),
        ("size-37x23.png", 23, None),
        ("size-37x23.png", 50, None),
        ("size-1x9.png", 4, None),
        ("size-9x1.png", 4, None),
        ("size-9x1.png", 1, None),
        ("size-1x1.png", 5, None),
        ("size-3x100.png", 2, None),
        ("size-100x3.png", 7, None),
        ("size-16x16.png", 5, None),
        ("size-16x16.png", 31, None),
        ("rgb-420.jpg", 17, None),
        ("size-20x40.png", 10, None),
        ("size-20x42.png", 10, None),
        ("size-42x20.png", 10, None),
        ("size-20x42.png", 25, None),
    ]
    cases += [("size-37x23.png", None, crop) for crop in (1, 8, 20, 21, 22, 23, 24, 30, 36, 37, 38, 41)]
    cases += [("size-1x9.png", None, 4), ("size-9x1.png", None, 4), ("size-1x1.png", None, 1), ("size-1x1.png", None, 2)]
    cases += [("size-37x23.png", 20, 16), ("size-37x23.png", 9, 12), ("size-3x100.png", 4, 9)]
    results = []
    for file, resize, crop in cases:
        steps = ([Resize(resize)] if resize else []) + ([CenterCrop(crop)] if crop else [])
        image = Compose(steps)(opened(CODECS / file))
        results.append(
            {
                "file": file, "resize": resize, "crop": crop, "width": image.width, "height": image.height,
                "rgb": text(image),
            }
        )
    return results


def filter_goldens():
    """[file, resize, interpolation, channels] on tiny files: every filter, growing and shrinking, in colour and in gray."""
    modes = [InterpolationMode.NEAREST, InterpolationMode.BOX, InterpolationMode.BILINEAR, InterpolationMode.BICUBIC, InterpolationMode.LANCZOS]
    cases = [(file, side, mode, 3) for mode in modes for file, side in (
        ("size-37x23.png", 8), ("size-37x23.png", 50), ("size-100x3.png", 7), ("size-20x42.png", 9), ("rgb-420.jpg", 17), ("size-1x1.png", 5))]
    cases += [("size-37x23.png", 8, mode, 1) for mode in modes] + [("rgb-444.jpg", None, InterpolationMode.BILINEAR, 1)]
    results = []
    for file, resize, mode, channels in cases:
        steps = ([Grayscale()] if channels == 1 else []) + ([Resize(resize, mode)] if resize else [])
        image = Compose(steps)(opened(CODECS / file)).convert("RGB")
        results.append(
            {
                "file": file, "resize": resize, "interpolation": mode.value, "channels": channels, "width": image.width,
                "height": image.height, "rgb": text(image),
            }
        )
    return results


def orientation_goldens():
    """A tiny picture as each tag of orientation has it shown."""
    results = []
    for orientation in range(1, 9):
        tag = Image.Exif()
        tag[0x0112] = orientation
        data = io.BytesIO()
        opened(CODECS / "size-9x1.png").resize((4, 3)).save(data, "PNG", exif=tag)
        shown = ImageOps.exif_transpose(Image.open(data)).convert("RGB")
        results.append(
            {
                "png": base64.b64encode(data.getvalue()).decode(), "orientation": orientation, "width": shown.width,
                "height": shown.height, "rgb": text(shown),
            }
        )
    return results


def photograph_goldens():
    mean, deviation = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    results = []
    for path in sorted(p for p in PHOTOGRAPHS.iterdir() if p.suffix in (".png", ".jpg")):
        image = opened(path)
        for resize, crop in ((256, 224), (232, 224), (64, 96)):
            pixels = Compose([Resize(resize), CenterCrop(crop)])(image)
            values = Compose([ToTensor(), Normalize(mean, deviation)])(pixels).numpy().astype("<f4")
            middle = crop // 2
            window = values[:, middle - 4 : middle + 4, middle - 4 : middle + 4]
            results.append(
                {
                    "file": path.name, "width": image.width, "height": image.height, "resize": resize, "crop": crop,
                    "decodedHash": fnv1a(image.tobytes()), "pixelsHash": fnv1a(pixels.tobytes()),
                    "valuesHash": fnv1a(values.tobytes()), "middle": text(window),
                }
            )
    return results


def write(name, key, rows):
    """One row a line."""
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    versions = {
        "pillow": PIL.__version__, "libjpeg-turbo": features.version("libjpeg_turbo"),
        "torchvision": torchvision.__version__.split("+")[0],
    }
    (HERE / name).write_text(f'{{"madeWith": {json.dumps(versions)}, "{key}": [\n{lines}\n]}}\n')


def main():
    CODECS.mkdir(exist_ok=True)
    for old in CODECS.iterdir():
        old.unlink()
    write_pngs()
    write_jpegs()
    write("codecs.json", "files", codec_goldens())
    write("transforms.json", "cases", small_goldens())
    write("filters.json", "cases", filter_goldens())
    write("orientations.json", "cases", orientation_goldens())
    write("photographs.json", "cases", photograph_goldens())


if __name__ == "__main__":
    main()
