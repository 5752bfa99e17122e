#!/bin/sh
# fuzz.sh SECONDS FUZZ_SOURCE...: builds each target with libFuzzer, asan and ubsan and runs it for
# its share of the time. New findings stay in build/fuzz/. JOBS compilers at a time.
set -eu
seconds=$1
shift
[ $# -gt 0 ] || exit 0
share=$((seconds / $#))
[ $share -gt 0 ] || share=1
mkdir -p build/fuzz
flags="-std=c17 -Wno-pass-failed -g -O1 -fopenmp -fsanitize=address,undefined -fno-sanitize-recover=all"
compile="clang $CPPFLAGS $flags -fsanitize=fuzzer-no-link"
echo "$compile" | cmp -s - build/fuzz/flags || echo "$compile" >build/fuzz/flags
# The library once, instrumented for coverage; then each target links it. Any newer header or other
# flags make an object stale: structures of two minds look like overflows.
newest=$(ls -t *.h */*.h */*/*.h build/fuzz/flags | head -n 1)
printf '%s\n' $LIB_SRC | xargs -P "${JOBS:-$(nproc)}" -I{} sh -c '
    o=build/fuzz/$(echo {} | tr / _).o
    [ $o -nt {} -a $o -nt '"$newest"' ] || '"$compile"' -c {} -o $o'
for source in "$@"; do
    name=$(basename "$source" .c)
    objects=
    for f in $LIB_SRC; do
        objects="$objects build/fuzz/$(echo "$f" | tr / _).o"
    done
    clang $CPPFLAGS $flags -fsanitize=fuzzer "$source" $objects $LDLIBS -lcmocka -o "build/fuzz/$name"
    corpus=build/fuzz/corpus_$name
    mkdir -p "$corpus"
    echo "== $name, $share s"
    "build/fuzz/$name" -max_total_time=$share -print_final_stats=1 -verbosity=0 -rss_limit_mb=4096 \
        -artifact_prefix="build/fuzz/" "$corpus" "tests/fuzz/corpus/${name#fuzz_}" 2>&1 |
        tee "build/fuzz/$name.log" | grep -E 'number_of_executed|ERROR|SUMMARY|runtime error' || true
    grep -qE '^stat::number_of_executed' "build/fuzz/$name.log" || { tail -n 30 "build/fuzz/$name.log"; exit 1; }
    ! grep -qE 'ERROR:|runtime error' "build/fuzz/$name.log"
done
