#!/usr/bin/env bash
# Runs the tests of Plugins/RayAndSpark, which start a local Ray and a local Spark. Usage: check-engines.sh FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/say.sh

build=${1:?usage: check-engines.sh FOLDER}
[ -x "$build/xylem" ] || fail "no xylem in $build" "swift build --product xylem"
bash .ci/fetch-checkers.sh engines
python=${XYLEM_CHECKER_PYTHON:-$libtorch_cache/checkers/bin/python}
XYLEM="$build/xylem" "$python" -W ignore -m unittest discover -v -s Plugins/RayAndSpark/tests
