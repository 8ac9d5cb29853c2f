#!/usr/bin/env bash
# Spreads a sweep with GNU parallel, a shard a job, over this machine's cores or over many machines, and joins the results:
#
#   assets/sweep-parallel.sh FOLDER SHARDS LAB [OPTIONS OF `faultline sweep`]
#   assets/sweep-parallel.sh /tmp/s 8 raft-elections --seeds 1..1000 --set raft.pre_vote=on,off
#
# FOLDER/whole holds the results then, FOLDER/shard-I each part, FOLDER/joblog what parallel did. Killed, or with failed
# jobs, the same command goes on where it was. Other machines: PARALLEL='--sshlogin a,b' (they must see FOLDER under the same
# name), or any other option of parallel. FAULTLINE is the program, when it is not the one beside this script.
set -eu
if [ $# -lt 3 ]; then
  sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
  exit 64
fi
folder=$1 shards=$2
shift 2
case $shards in
  '' | *[!0-9]* | 0*) echo "sweep-parallel.sh: SHARDS is a whole number from 1, not \`$shards\`" >&2 && exit 64 ;;
esac
command -v parallel >/dev/null || { echo "sweep-parallel.sh: GNU parallel is missing (Debian: apt-get install parallel)" >&2 && exit 69; }
faultline=${FAULTLINE:-$(cd "$(dirname "$0")/.." && pwd)/app/run}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# -q: the words of the sweep are words for the shards, too, whatever a shell would make of them. Results come from the
# folders, so what each shard prints is not shown, only why it fails. The first shard that fails stops those that have not begun.
parallel -q --will-cite --halt soon,fail=1 --joblog "$folder/joblog" \
  "$faultline" sweep "$@" --jobs 1 --shard "{}/$shards" --record "$folder/shard-{}" ::: $(seq "$shards") >/dev/null
parts=()
for i in $(seq "$shards"); do parts+=("$folder/shard-$i"); done
exec "$faultline" merge "${parts[@]}" --out "$folder/whole"
