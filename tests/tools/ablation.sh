#!/bin/sh
# ablation.sh OUT: what each of the DQN agent's keys is worth. Trains every variant of
# configs/ablation.ini on two worlds with three seeds, one core each, as many at a time as there are
# cores; measures each net over 100 episodes; writes OUT/ablation.md (a table) and OUT/ablation.svg.
# Runs that are there already are not repeated, so an interrupted ablation goes on; results that are
# missing are left out of the table, which says how many seeds each mean has.
# Variables: WORLDS, SEEDS, ITERATIONS (of 50k frames), LUDUS, JOBS, TABLE=only (train nothing).
set -eu
out=$1
ludus=${LUDUS:-build/release/ludus}
worlds=${WORLDS:-breakout space_invaders}
seeds=${SEEDS:-1 2 3}
iterations=${ITERATIONS:-10}
jobs=${JOBS:-$(nproc)}
mkdir -p "$out"

# NAME and what it sets, from the plain agent. Noisy nets explore by themselves, but not from nothing:
# one whose first values put an action last may never take it and never see a reward (Space Invaders,
# seed 1: nothing was hit in 500k frames), so the replay begins with random play as in DQN.
variants() {
    cat <<'EOF'
dqn
double --set learn.double=on
dueling --set q.dueling=on
n-step --set learn.n_step=3
prioritised --set learn.prioritised=on
noisy --set net.noisy=on --set explore.epsilon_frames=5k --set explore.epsilon_final=0
c51 --set q.kind=c51
quantile --set q.kind=quantile --set q.atoms=32
munchausen --set learn.munchausen=on
rainbow --set learn.double=on --set q.dueling=on --set learn.n_step=3 --set learn.prioritised=on --set net.noisy=on --set explore.epsilon_frames=5k --set explore.epsilon_final=0 --set q.kind=c51
EOF
}

# one WORLD VARIANT SEED SETTINGS...
one() {
    world=$1 variant=$2 seed=$3
    shift 3
    name=ablation-$world-$variant-$seed
    result=$out/$name.json
    [ ! -s "$result" ] || return 0
    LUDUS=$ludus sh tests/tools/train_on.sh "$name" configs/ablation.ini --seed "$seed" \
        --iterations "$iterations" --set "run.game=$world" \
        --set "learn.beta_frames=$((iterations * 50000))" "$@" >"$out/$name.log" 2>&1
    "$ludus" eval "$world" --net "runs/$name/net.safetensors" --episodes 100 --epsilon 0.001 \
        --max-steps 5000 --threads 1 --json >"$result.tmp"
    mv "$result.tmp" "$result"
    echo "$name: $(sed -n 's/.*"mean": \([0-9.]*\).*/\1/p' "$result")"
}

if [ "${2:-}" = one ]; then # the inner call of xargs
    shift 2
    one "$@"
    exit
fi

# Seed by seed, so that an early look is a fair one.
[ "${TABLE:-}" = only ] || for seed in $seeds; do
    for world in $worlds; do
        variants | while read -r variant settings; do
            echo "$world $variant $seed${settings:+ $settings}" # a blank at the end would join lines
        done
    done
done | xargs -P "$jobs" -L 1 sh "$0" "$out" one

# WORLD VARIANT MEAN per line, then the table and the picture.
for world in $worlds; do
    variants | while read -r variant _; do
        for seed in $seeds; do
            file=$out/ablation-$world-$variant-$seed.json
            [ ! -s "$file" ] || echo "$world $variant $(sed -n 's/.*"mean": \([0-9.]*\).*/\1/p' "$file")"
        done
    done
done >"$out/ablation.txt"
frames=$((iterations * 50))
awk -v form=table -v frames="$frames" -f tests/tools/ablation.awk "$out/ablation.txt" >"$out/ablation.md"
awk -v form=svg -v frames="$frames" -f tests/tools/ablation.awk "$out/ablation.txt" >"$out/ablation.svg"
cat "$out/ablation.md"
