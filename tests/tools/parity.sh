#!/bin/sh
# parity.sh: DQN with the settings of Young & Tian (2019), configs/dqn-breakout.ini, in the five
# MinAtar games, 5M frames and three seeds each, one core a run, as many at a time as there are
# cores; then a table beside their results: the training return at epsilon .1, mean of the last 500k
# frames. A run takes some 45 minutes of a core. Runs go on where they were stopped, so that the hours
# may come in pieces; the table has what there is and says after how many frames.
# Variables: WORLDS, SEEDS, LUDUS, JOBS, TABLE=only (train nothing).
set -eu
ludus=${LUDUS:-build/release/ludus}
worlds=${WORLDS:-asterix breakout freeway seaquest space_invaders}
seeds=${SEEDS:-1 2 3}
jobs=${JOBS:-$(nproc)}

published() { # at 5M frames, training return
    case $1 in
    asterix) echo 17 ;;
    breakout) echo 10 ;;
    freeway) echo 50.5 ;;
    seaquest) echo 20 ;;
    space_invaders) echo 44 ;;
    esac
}

if [ "${1:-}" = one ]; then # the inner call of xargs: WORLD SEED
    name=parity-$2-$3
    LUDUS=$ludus exec sh tests/tools/train_on.sh "$name" configs/dqn-breakout.ini --seed "$3" \
        --set "run.game=$2" --set train.shards=1 --set run.measure_every=0 >>"runs/$name.log" 2>&1
fi

mkdir -p runs
[ "${TABLE:-}" = only ] || for seed in $seeds; do
    for world in $worlds; do
        echo "$world $seed"
    done
done | xargs -r -P "$jobs" -L 1 sh "$0" one

echo '| game | training return: mean (lowest .. highest) | seeds | frames each | published at 5M |'
echo '|---|---|---|---|---|'
for world in $worlds; do
    for seed in $seeds; do
        metrics=runs/parity-$world-$seed/metrics.jsonl
        [ ! -s "$metrics" ] || tail -n 5 "$metrics" | # iterations of 100k frames
            sed -n 's/.*"frames":\([0-9.e]*\).*"return":\([-0-9.e]*\),.*/\1 \2/p' |
            awk '{ sum += $2 } END { if (NR) print $1, sum / NR }'
    done |
        awk -v world="$world" -v published="$(published "$world")" '
            { sum += $2; n++
              low = n == 1 || $2 < low ? $2 : low
              high = n == 1 || $2 > high ? $2 : high
              fewest = n == 1 || $1 < fewest ? $1 : fewest }
            END { if (n > 0) printf "| %s | %.2f (%.2f .. %.2f) | %d | %.1fM | %s |\n", world, sum / n,
                                    low, high, n, fewest / 1e6, published }'
done
