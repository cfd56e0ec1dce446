#!/usr/bin/env bash
# Checks that a folder contains the demonstration's results. Usage: check-demo.sh FOLDER
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/say.sh"

folder=${1:?usage: check-demo.sh FOLDER}
features="$folder/features.safetensors"

grep -qx 'blocks\.0\.0\.conv_dw' "$folder/nodes.txt" 2>/dev/null || fail "$folder/nodes.txt lacks the node blocks.0.0.conv_dw"
[ -s "$features" ] || fail "$features is missing or empty"
# The file's head: eight bytes with a length, then JSON of that length.
length=$(od -An -N8 -tu8 "$features" | tr -d ' ')
header=$(head -c "$((8 + length))" "$features" | tail -c "+9" | tr -d ' \n')
for feature in 'stage1 [1,16,112,112]' 'stage2 [1,24,56,56]' 'stage3 [1,40,28,28]' 'stage4 [1,112,14,14]' \
  'stage5 [1,320,7,7]' 'logits [1,1000]'; do
  read -r key shape <<<"$feature"
  entry=$(grep -oF "\"$key\":{" <<<"$header" || true)
  [ -n "$entry" ] || fail "$features lacks $key"
  body=${header#*"\"$key\":{"}
  [[ ${body%%\}*} == *"\"shape\":$shape"* ]] || fail "$key in $features does not have the shape $shape: ${body%%\}*}"
done
count=0
while IFS= read -r picture; do
  [ "$(od -An -N8 -tx1 "$picture" | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "$picture is not a PNG file"
  count=$((count + 1))
done < <(find "$folder/maps" -name '*.png' 2>/dev/null)
[ "$count" -ge 6 ] || fail "$folder/maps has $count pictures, not one for each of the six features"
# The page has a picture of each feature, and its drawing, or says why not.
page="$folder/page.html"
grep -qE 'id="drawing"|No drawing: ' "$page" 2>/dev/null || fail "$page is missing or has no drawing"
drawn=$({ grep -o '"iVBOR' "$page" || true; } | wc -l)
[ "$drawn" -ge 6 ] || fail "$page has $drawn pictures, not one for each of the six features"
