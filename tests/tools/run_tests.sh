#!/bin/sh
# run_tests.sh TEST... -- REPLAY...: runs each test program and each corpus replay, one after
# another, and ends with a line "N passed, N failed" that counts their claims.
set -u
passed=0
failed=0
names=
kind=test
limit=1200 # seconds for one program: a hang is a failure
# Teams wait asleep: a spinning team halves the speed of whatever shares its cores.
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
for program in "$@"; do
    if [ "$program" = -- ]; then
        kind=replay
        continue
    fi
    name=$(basename "$program")
    corpus=
    [ $kind = test ] || corpus=tests/fuzz/corpus/${name#replay_fuzz_}
    start=$(date +%s)
    # shellcheck disable=SC2086 # a test has no argument, not an empty one
    timeout $limit "$program" $corpus >"$program.log" 2>&1 </dev/null
    status=$?
    seconds=$(($(date +%s) - start))
    claims=$(grep -c '^\[       OK' "$program.log")
    passed=$((passed + claims))
    if [ $status = 0 ]; then
        echo "ok    $name  ${claims} claims, ${seconds} s"
        grep '^\[  SKIPPED \] [a-z0-9_]*$' "$program.log" | sort -u
    else
        broken=$(grep '^\[  FAILED  \] [a-z0-9_]*$' "$program.log" | sort -u | wc -l)
        [ "$broken" -gt 0 ] || broken=1 # it crashed or hung
        failed=$((failed + broken))
        names="$names $name"
        echo "FAIL  $name (status $status)"
        grep -vE '^\[ (RUN|     OK)|^\[  *OK' "$program.log" | tail -n 40
    fi
done
[ -z "$names" ] || echo "failed:$names"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
