#!/usr/bin/env bash
# The demonstration: a trained EfficientNet-Lite0 and a photograph of a cat, from node names to pictures of features.
# Needs the release build (`make demo` builds it). All output is in demo-output.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/say.sh

xylem=.build/release/xylem
model=Fixtures/models/efficientnet_lite0.pt
photo=Fixtures/images/chelsea.png
out=demo-output
[ -x "$xylem" ] || fail "$xylem is not built" "run: make demo"

rm -rf "$out"
mkdir "$out"

say "xylem doctor: checks the installation"
"$xylem" doctor

say "xylem nodes: the names of the model's nodes, and the automatic leaves"
"$xylem" nodes "$model" --auto-leaf -o "$out/nodes.txt"
head -n 12 "$out/nodes.txt"
note "... $(wc -l <"$out/nodes.txt") names in total, in $out/nodes.txt"

say "xylem extract: five stages and the classes of $photo"
"$xylem" extract "$model" --auto-leaf \
  --return blocks.0=stage1 --return blocks.1=stage2 --return blocks.2=stage3 \
  --return blocks.4=stage4 --return blocks.6=stage5 --return classifier=logits \
  --input "$photo" --resize 256 --crop 224 --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5 \
  --labels Fixtures/goldens/imagenet_classes.json \
  -o "$out/features.safetensors" --images "$out/maps"

say "a plugin in place of the automatic leaves: Conv2dSame in C"
"$xylem" plugin list .build/release/libSamePadding.so
"$xylem" extract "$model" --plugin .build/release/libSamePadding.so --return classifier=logits \
  --input "$photo" --resize 256 --crop 224 --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5 \
  --labels Fixtures/goldens/imagenet_classes.json -o "$out/plugin.safetensors"

say "xylem graph: the page of this run, with a drawing of the model and the photograph's feature maps"
"$xylem" graph "$model" --auto-leaf --format html \
  --return blocks.0=stage1 blocks.1=stage2 blocks.2=stage3 blocks.4=stage4 blocks.6=stage5 classifier=logits \
  --input "$photo" --resize 256 --crop 224 --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5 -o "$out/page.html"

bash .ci/check-demo.sh "$out"

say "in $out:"
find "$out" -type f -printf '    %P  %s bytes\n' | sort
say "see $out/maps: one picture per feature, one tile per channel. The first stages still show the cat's outline, eyes"
note "and whiskers; the last ones only show where something was found. The most likely classes are above."
say "open $out/page.html in a browser"
