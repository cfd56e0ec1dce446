"""Writes Sources/XylemImage/PixelFontGlyphs.swift: the glyphs of the fixed font 6x13, which is in the public domain, from
Debian's package xfonts-base:

    apt-get download xfonts-base && dpkg -x xfonts-base_*.deb fonts
    python Fixtures/scripts/font.py fonts/usr/share/fonts/X11/misc/6x13-ISO8859-1.pcf.gz
"""
import gzip
import io
import pathlib
import sys

from PIL import PcfFontFile

HEAD = """extension PixelFont {
  /// The rows of each glyph from the top, two hexadecimal digits a row, the leftmost pixel in the highest bit: Latin-1
  /// characters from 0x20 to 0x7E and from 0xA0 to 0xFF. Made by Fixtures/scripts/font.py.
  static let glyphRows = \"\"\"
"""


def main(path):
    glyphs = PcfFontFile.PcfFontFile(io.BytesIO(gzip.open(path).read())).glyph
    lines = []
    for code in [*range(0x20, 0x7F), *range(0xA0, 0x100)]:
        image = glyphs[code][3]
        rows = [sum(bool(image.getpixel((x, y))) << (7 - x) for x in range(6)) for y in range(13)]
        lines.append("    " + "".join(f"{row:02x}" for row in rows))
    target = pathlib.Path(__file__).parents[2] / "Sources/XylemImage/PixelFontGlyphs.swift"
    target.write_text(HEAD + "\n".join(lines) + '\n    """\n}\n')


main(sys.argv[1])
