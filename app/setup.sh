# What app/run and tests/run share: install what is missing, configure, build. Sourced, not run.
# Callers are anywhere; everything below happens in the project's root.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

BUILD_PACKAGES=(g++ cmake ninja-build pkg-config libasio-dev libsqlite3-dev libtomlplusplus-dev libcli11-dev
  nlohmann-json3-dev libxxhash-dev libimgui-dev libglfw3-dev libgl-dev libfreetype-dev fonts-inter
  fonts-jetbrains-mono libgl1-mesa-dri)
TEST_PACKAGES=(libgtest-dev librapidcheck-dev clang sqlite3 xvfb xdotool tshark graphviz prometheus libxml2-utils
  parallel redis-tools curl wrk libmemcached-tools)

# install_missing NAME..: installs the Debian packages among NAME that this machine lacks.
install_missing() {
  local missing=() name known
  # dpkg-query answers for those that it knows; one that was removed, but not purged, is `config-files`.
  known=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
  for name in "$@"; do
    grep -qxF "$name installed" <<<"$known" || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null && { [ ! -t 0 ] || ! command -v sudo >/dev/null; }; then
      echo "These Debian packages are missing, and there are no rights to install them: ${missing[*]}" >&2
      echo "Install them as root: apt-get install ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "Installing: ${missing[*]}" >&2
  local log
  log=$(mktemp) || exit 1
  { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "${missing[@]}" ||
    { "${as_root[@]}" apt-get update -q &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "${missing[@]}"; }; } \
    >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "apt-get could not install: ${missing[*]}" >&2
    exit 1
  }
  rm -f "$log"
}

# build TARGET: configures once, then builds. Quiet when there is nothing to do.
build() {
  [ -f build/build.ninja ] || cmake --preset release >&2 || exit 1
  cmake --build build --target "$1" >build/build.log 2>&1 || {
    grep -vE '^\[[0-9]+/[0-9]+\]' build/build.log | tail -n 60 >&2
    echo "The build failed; the whole log is build/build.log." >&2
    exit 1
  }
}
