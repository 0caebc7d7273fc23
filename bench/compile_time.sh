#!/usr/bin/env bash
# How long users' files take to compile: processor seconds at -O2, the median of three, of what a program includes and of
# some examples. usage: bench/compile_time.sh [compiler]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
compiler="${1:-g++}"
options=(-std=c++20 -O2 -march=native -Iautodiff/include -Ioptim/include -Inn/include -x c++ -c -o /dev/null)

seconds() {  # file
  for _ in 1 2 3; do
    { TIMEFORMAT='%U %S'; time "$compiler" "${options[@]}" "$1"; } 2>&1 | awk '{ print $1 + $2 }'
  done | sort -n | sed -n 2p
}

including() {  # header...
  local file
  file="$(mktemp --suffix=.cpp)"
  printf '#include <tapegrad/%s>\n' "$@" >"$file"
  printf '%-36s %s\n' "$*" "$(seconds "$file")"
  rm "$file"
}

including tensor/xtensor.h
including autodiff.h
including autodiff.h nn.h
for file in examples/{03_tape_lesson,05_fuse,13_transforms,01_diabetes,16_custom_model}.cpp; do
  printf '%-36s %s\n' "$file" "$(seconds "$file")"
done
