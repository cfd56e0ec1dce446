#!/usr/bin/env bash
# Generates the pictures of the documentation. Usage: make-pictures.sh BUILD
# BUILD holds the built xylem and the runtime. Requires Chromium for the page of a diff.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/say.sh

xylem=${1:?usage: make-pictures.sh BUILD}/xylem
[ -x "$xylem" ] || fail "there is no executable $xylem" "run: make build"
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || fail "no Chromium on the PATH"
pictures=Sources/Xylem/Xylem.docc/Resources
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$xylem" extract Fixtures/models/efficientnet_lite0.pt --auto-leaf --return blocks.0=features \
  --input Fixtures/images/chelsea.png --resize 160 --crop 140 --mean 0.5,0.5,0.5 --std 0.5,0.5,0.5 \
  -o "$work/features.safetensors" --images "$work"
"$xylem" diff Fixtures/zoo/googlenet.pt --format html -o "$work/diff.html"
"$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=880,600 \
  --screenshot="$work/diff.png" "file://$work/diff.html" >/dev/null 2>&1
mkdir -p "$pictures"
cp "$work/features.png" "$work/diff.png" "$pictures"
say "generated: $pictures/features.png and diff.png"
