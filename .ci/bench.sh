#!/usr/bin/env bash
# Measures tracing, extraction and training against PyTorch, in one run: results are ratios of medians.
# Needs a Python with torch, numpy, pillow and torchvision (pip install --no-deps torchvision); PYTHON names it.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
if ! "$python" -c 'import torch' 2>/dev/null; then
  echo "bench: $python has no torch. In a virtual environment: pip install 'torch==2.13.0+cpu' numpy pillow && pip install --no-deps torchvision==0.28.0; then PYTHON=.../bin/python make bench" >&2
  exit 1
fi
"$python" .ci/bench.py "$@"
"$python" .ci/bench_training.py
exec "$python" .ci/bench_engines.py
