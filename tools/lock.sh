#!/bin/sh
# Rewrites requirements.txt: exact pins of everything, for Linux and macOS and Python 3.11 to 3.13.
#   make lock              keeps the present pins, adds what pyproject.toml newly asks for
#   make lock UPGRADE=1    takes the newest releases that pyproject.toml allows
# CUDA's packages are left out on purpose: each build of torch names the ones that it needs, exactly.
set -eu
cd "$(dirname "$0")/.."
cuda="triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti nvidia-cuda-nvrtc
nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse
nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx"
UV_CUSTOM_COMPILE_COMMAND="make lock" exec "${UV:-.venv/bin/uv}" pip compile pyproject.toml --universal --python-version 3.11 \
    --group course --group test --group maintain --quiet --no-annotate \
    $(for name in $cuda; do echo "--no-emit-package $name"; done) "$@" --output-file requirements.txt
