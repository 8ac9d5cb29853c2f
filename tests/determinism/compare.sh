#!/bin/bash
# The same inputs give the same recordings, byte for byte, under g++ -O0, g++ -O2 and clang: builds digests.cc with each
# and compares what they print. Usage: compare.sh SOURCE BUILD DIGESTS, the last built by g++ -O2.
set -euo pipefail
source=$1 build=$2 digests=$3

built() {  # built NAME COMPILER FLAGS TARGET UNITY: prints the program's path.
  cmake -S "$source" -B "$build/determinism/$1" -G Ninja -DCMAKE_CXX_COMPILER="$2" -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_UNITY_BUILD="$5" -DCMAKE_CXX_FLAGS="$3" >"$build/determinism-$1.log" 2>&1 &&
    cmake --build "$build/determinism/$1" --target "$4" >>"$build/determinism-$1.log" 2>&1 ||
    { tail -n 30 "$build/determinism-$1.log" >&2; exit 1; }
  echo "$build/determinism/$1/tests/digests"
}

"$digests" >"$build/digests-gcc-O2.txt"
lines=$(wc -l <"$build/digests-gcc-O2.txt")
[ "$lines" -ge 10 ] || { echo "only $lines runs were compared" >&2; exit 1; }
gcc_O0=$(built gcc-O0 g++ "-O0" digests ON)
clang_O2=$(built clang-O2 clang++ "-O2" digests ON)
# That clang has nothing to warn of anywhere is a promise, too; whether it does needs no fast code.
# File by file: several in one unit shadow each other's names.
built clang-all clang++ "-O0" all OFF >/dev/null
"$gcc_O0" >"$build/digests-gcc-O0.txt" &
"$clang_O2" >"$build/digests-clang-O2.txt"
wait $!
for other in gcc-O0 clang-O2; do
  diff "$build/digests-gcc-O2.txt" "$build/digests-$other.txt" || { echo "g++ -O2 and $other differ" >&2; exit 1; }
done
echo "$lines runs are the same under g++ -O0, g++ -O2 and clang -O2"
