#!/bin/sh
# install_packages.sh PACKAGE...: installs the Debian packages that are missing, saying so.
# With DEPS=skip it installs nothing and only looks whether what they bring is there, from whatever
# source.
set -eu

# Whether what a package is wanted for is on this machine.
has_content() {
    case $1 in
    libdnnl-dev) has_header oneapi/dnnl/dnnl.h || has_header dnnl.h ;;
    libzstd-dev) has_header zstd.h ;;
    libinih-dev) has_header ini.h ;;
    libjansson-dev) has_header jansson.h ;;
    libcmocka-dev) printf '#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <setjmp.h>\n#include <cmocka.h>\n' | ${CC:-cc} -fsyntax-only -x c - 2>/dev/null ;;
    libsdl2-dev) has_header SDL2/SDL.h ;;
    libsdl2-ttf-dev) [ -n "$(find /usr/include /usr/local/include -name SDL_ttf.h 2>/dev/null)" ] ;;
    libsdl2-image-dev) [ -n "$(find /usr/include /usr/local/include -name SDL_image.h 2>/dev/null)" ] ;;
    libfontconfig-dev) has_header fontconfig/fontconfig.h ;;
    fonts-dejavu-core) [ -n "$(find /usr/share/fonts /usr/local/share/fonts -name 'DejaVuSans.ttf' 2>/dev/null)" ] ;;
    xvfb) command -v Xvfb >/dev/null ;;
    libomp-dev) echo 'int main(void) { return 0; }' | clang -fopenmp -x c - -o /dev/null 2>/dev/null ;;
    libclang-rt-dev) echo 'int main(void) { return 0; }' | clang -fsanitize=address -x c - -o /dev/null 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;; # a program named like its package
    esac
}
has_header() {
    echo "#include <$1>" | ${CC:-cc} -E -x c - >/dev/null 2>&1
}

missing=
for p in "$@"; do
    if [ "${DEPS:-install}" = skip ]; then
        has_content "$p" || missing="$missing $p"
    else
        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
    fi
done
[ -n "$missing" ] || exit 0
if [ "${DEPS:-install}" = skip ]; then
    echo "missing, and not installed because of DEPS=skip; the Debian packages are:$missing" >&2
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    echo "no apt-get here: install these Debian packages' equivalents and say DEPS=skip:$missing" >&2
    exit 1
fi
as_root=env
if [ "$(id -u)" != 0 ]; then
    as_root='sudo env'
    if ! command -v sudo >/dev/null; then
        echo "neither root nor sudo here: apt-get install$missing" >&2
        exit 1
    fi
fi
echo "installing Debian packages:$missing"
install="$as_root DEBIAN_FRONTEND=noninteractive apt-get"
$install update -qq
# shellcheck disable=SC2086 # a list of words on purpose
$install install -y -qq --no-install-recommends $missing >/dev/null
