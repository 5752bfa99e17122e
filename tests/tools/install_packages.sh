#!/bin/sh
# Installs the Debian packages named on the command line that are missing. DEPS=skip only checks.
set -eu
missing=
for p in "$@"; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
if [ "${DEPS:-install}" = skip ]; then
    echo "missing Debian packages:$missing (DEPS=skip: not installed)" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    echo "missing libraries, and no apt-get here; the Debian names are:$missing" >&2
    exit 1
fi
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing Debian packages:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086 # a list of words on purpose
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
