#!/usr/bin/env bash
# Provides the Python packages that tests judge with: pyarrow, onnx and ONNX Runtime, and Ray and Spark for the tests of
# Plugins/RayAndSpark. They are installed once, into an environment in the user's cache. Safe to run twice, from two checkouts at once, and to interrupt.
#
#   fetch-checkers.sh          pyarrow, onnx, onnxruntime, safetensors
#   fetch-checkers.sh engines  Ray and Spark too; Spark needs Java 17, which is installed with apt
#
# XYLEM_CHECKER_PYTHON=FILE is used directly: nothing is fetched.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/say.sh"

case "${1:-}" in
'') packages=("pyarrow==26.0.1" numpy "onnx==1.23.2" "onnxruntime==1.32.0" safetensors) modules=(pyarrow onnx onnxruntime safetensors) ;;
engines)
  packages=("pyarrow==26.0.1" "ray[data]==2.60.*" "pyspark==4.*")
  modules=(pyarrow ray.data pyspark)
  bash "$scripts/deps.sh" java
  ;;
*) fail "fetch-checkers.sh knows 'engines', not '$1'" ;;
esac

home="$libtorch_cache/checkers"
python=${XYLEM_CHECKER_PYTHON:-$home/bin/python}
has_modules() { "$python" -c "import ${modules[0]}$(printf ', %s' "${modules[@]:1}")" >/dev/null 2>&1; }

if [ -n "${XYLEM_CHECKER_PYTHON:-}" ]; then
  has_modules || fail "XYLEM_CHECKER_PYTHON is '$XYLEM_CHECKER_PYTHON', which lacks one of ${modules[*]}"
  say "using the checkers of XYLEM_CHECKER_PYTHON: $python"
  exit 0
fi
mkdir -p "$libtorch_cache" 2>/dev/null || fail "$libtorch_cache can't be created" "choose another folder with XDG_CACHE_HOME"
exec 9>"$libtorch_cache/.checkers-lock"
flock 9
if ! has_modules; then
  bash "$scripts/deps.sh" python
  base=$(find_pip) || fail "no python3 with a working pip was found" "install python3-pip, then run the same command again"
  # Without a pip of its own, which Debian keeps in another package: the system's installs into it.
  [ -x "$python" ] || "$base" -m venv --without-pip "$home"
  say "installing ${packages[*]}"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  "$base" -m pip --python "$python" install --progress-bar off --disable-pip-version-check "${packages[@]}" >"$log" 2>&1 </dev/null || {
    tail -n 5 "$log" >&2
    fail "pip could not install ${packages[*]}" "check the network, then run the same command again"
  }
  has_modules || fail "the installed packages can't be imported: ${modules[*]}" "remove $home, then run the same command again"
fi
say "the checkers are available: $python"
