"""Tar files of Python's tarfile in its three forms, and what Python reads in them, for the reader of datasets."""
import io
import json
import os
import tarfile

from PIL import Image

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tars")
LONG = "a-folder-with-a-long-name/" * 5 + "z" * 90


def image(index):
    """A PNG of one colour."""
    data = io.BytesIO()
    Image.new("RGB", (2, 2), (index * 20, 100, 50)).save(data, "PNG")
    return data.getvalue()


def members(form):
    """Names and contents, in order."""
    yield "train/0001.png", image(1)
    yield "train/0001.json", b'{"caption": "one"}'
    yield "train/0002.seg.png", image(2)
    yield "train/0002.PNG", image(3)
    yield "train/0002.png", image(4)
    yield "./0003.png", image(5)
    yield "labels.csv", b"a,b\n"
    yield ".hidden.png", image(6)
    yield "ünïcode key.png", image(7)
    if form != tarfile.USTAR_FORMAT:
        yield LONG + ".png", image(8)
    yield "last.png", image(9)


def make(*_):
    os.makedirs(FOLDER, exist_ok=True)
    golden = {}
    for name, form in [("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)]:
        path = os.path.join(FOLDER, name + ".tar")
        with tarfile.open(path, "w", format=form) as archive:
            folder = tarfile.TarInfo("train")
            folder.type = tarfile.DIRTYPE
            archive.addfile(folder)
            for member, content in members(form):
                info = tarfile.TarInfo(member)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            link = tarfile.TarInfo("link.png")
            link.type, link.linkname = tarfile.SYMTYPE, "last.png"
            archive.addfile(link)
        with tarfile.open(path) as archive:
            golden[name] = [
                {"name": member.name, "offset": member.offset_data, "size": member.size}
                for member in archive if member.isfile()
            ]
    with open(os.path.join(FOLDER, "members.json"), "w") as file:
        json.dump(golden, file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    make()
