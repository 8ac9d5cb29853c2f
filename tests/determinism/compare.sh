#!/bin/bash
# The same inputs give the same recordings, byte for byte, under g++ -O0, g++ -O2 and clang: builds digests.cc with each
# and compares what they print. Usage: compare.sh SOURCE BUILD DIGESTS, the last built by g++ -O2.
set -euo pipefail
source=$1 build=$2 digests=$3

built() {  # built NAME COMPILER FLAGS TARGET: prints the program's path.
  cmake -S "$source" -B "$build/determinism/$1" -G Ninja -DCMAKE_CXX_COMPILER="$2" -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_CXX_FLAGS="$3" >"$build/determinism-$1.log" 2>&1 &&
    cmake --build "$build/determinism/$1" --target "$4" >>"$build/determinism-$1.log" 2>&1 ||
    { tail -n 30 "$build/determinism-$1.log" >&2; exit 1; }
  echo "$build/determinism/$1/tests/digests"
}

"$digests" >"$build/digests-gcc-O2.txt"
lines=$(wc -l <"$build/digests-gcc-O2.txt")
[ "$lines" -ge 10 ] || { echo "only $lines runs were compared" >&2; exit 1; }
gcc_O0=$(built gcc-O0 g++ "-O0" digests)
"$gcc_O0" few >"$build/digests-gcc-O0.txt" &
# That clang has nothing to warn of anywhere is a promise, too: so it builds all.
clang_O2=$(built clang-O2 clang++ "-O2" all)
"$clang_O2" >"$build/digests-clang-O2.txt"
wait $!
diff "$build/digests-gcc-O2.txt" "$build/digests-clang-O2.txt" || { echo "g++ -O2 and clang differ" >&2; exit 1; }
few=$(wc -l <"$build/digests-gcc-O0.txt")
[ "$few" -ge 10 ] || { echo "only $few runs were compared with g++ -O0" >&2; exit 1; }
if grep -vxFf "$build/digests-gcc-O2.txt" "$build/digests-gcc-O0.txt"; then echo "g++ -O2 and -O0 differ" >&2; exit 1; fi
echo "$lines runs are the same under g++ -O2 and clang -O2, and $few of them under g++ -O0"
