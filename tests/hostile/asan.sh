#!/bin/bash
# Twenty thousand changed inputs of each reader under the address and undefined-behaviour sanitizers.
# Usage: asan.sh SOURCE BUILD
set -euo pipefail
source=$1
export BUILD=$2

cmake -S "$source/tests/hostile" -B "$BUILD/asan" -G Ninja -DCMAKE_BUILD_TYPE=None >"$BUILD/asan.log" 2>&1 &&
  cmake --build "$BUILD/asan" >>"$BUILD/asan.log" 2>&1 ||
  { tail -n 30 "$BUILD/asan.log" >&2; exit 1; }

# One reader a program, side by side, the slowest first.
export FAULTLINE_MUTANTS=${FAULTLINE_MUTANTS:-20000}
try_one() {
  "$BUILD/asan/hostile_test" --gtest_brief=1 "--gtest_filter=*/$1" >"$BUILD/asan-$1.log" 2>&1 ||
    { echo "$1:"; tail -n 40 "$BUILD/asan-$1.log"; return 1; }
  echo "$1: $(grep 'mutants could be read' "$BUILD/asan-$1.log")"
}
export -f try_one
printf '%s\n' run_file question lab_file sweep maelstrom history filter script theme trace |
  xargs -P "$(nproc)" -I{} bash -c 'try_one {}'
