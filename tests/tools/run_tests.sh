#!/bin/sh
# run_tests.sh TEST... -- REPLAY...: runs each test program and each corpus replay, one after
# another, and ends with a line "N passed, N failed".
set -u
passed=0
failed=0
names=
kind=test
for program in "$@"; do
    if [ "$program" = -- ]; then
        kind=replay
        continue
    fi
    name=$(basename "$program")
    start=$(date +%s)
    if [ $kind = test ]; then
        "$program" >"$program.log" 2>&1
    else
        "$program" "tests/fuzz/corpus/${name#replay_fuzz_}" >"$program.log" 2>&1
    fi
    status=$?
    seconds=$(($(date +%s) - start))
    if [ $status = 0 ]; then
        passed=$((passed + 1))
        claims=$(grep -c '^\[       OK' "$program.log")
        echo "ok    $name  ${claims} claims, ${seconds} s"
    else
        failed=$((failed + 1))
        names="$names $name"
        echo "FAIL  $name (status $status)"
        grep -vE '^\[ (RUN|     OK)|^\[  *OK' "$program.log" | tail -n 40
    fi
done
[ -z "$names" ] || echo "failed:$names"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
