#!/bin/sh
# window_hour.sh LUDUS [MINUTES]: whether the windows' memory is steady. Three of them run on a
# display of their own, at the lowest priority: a world that its agent plays, a match that never
# ends, and the play window, in which two bots play and whose game is begun anew again and again,
# each with a second of analysis. Once a minute a line says what each holds and has worked.
#
# VmRSS in KiB; the first WARM minutes (default 5) fill caches and do not count. Status 1 when one
# of them grew by more than LIMIT KiB (default 4096) from then to its end, or ended early.
# The display needs Xvfb, the hand at the play window xdotool.
set -eu
ludus=$(realpath "$1")
minutes=${2:-60}
warm=${WARM:-5}
limit=${LIMIT:-4096}
folder=$(mktemp -d)
pids= # the display is the last
finish() {
    for pid in $pids; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" || true
    done
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM
mkfifo "$folder/display"
Xvfb -displayfd 3 -screen 0 1024x768x24 -nolisten tcp -noreset \
    3>"$folder/display" 2>/dev/null &
pids=$!
read -r number <"$folder/display"
export DISPLAY=":$number" SDL_VIDEODRIVER=x11 SDL_RENDER_DRIVER=software

start() { # OPTIONS...
    nice -n 19 "$ludus" "$@" --size 480x320 --scale 1 >/dev/null &
    pids="$! $pids"
}
bot=mcts:60
start watch breakout --rate 4
world=$!
start watch match $bot $bot --rate 1
match=$!
start play othello --window --opponent $bot --me $bot --threads 1
play=$!
window=
for try in $(seq 60); do
    [ -z "$window" ] || break
    sleep 1
    window=$(xdotool search --onlyvisible --name othello | tail -n 1)
done
[ -n "$window" ] || { echo "no window came up" >&2; exit 1; }

rss() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status" 2>/dev/null || true; }
# Seconds on a core: 14th and 15th of stat, in ticks.
work() { awk -v hz="$(getconf CLK_TCK)" '{ printf "%.1f", ($14 + $15) / hz }' "/proc/$1/stat"; }
press() { xdotool key --window "$window" "$1"; }

printf 'minute\tworld\tmatch\tplay\tseconds of work\n'
minute=0
status=0
began=$(date +%s)
while :; do
    now="$(rss $world) $(rss $match) $(rss $play)"
    set -- $now
    if [ $# -ne 3 ]; then
        echo "a window has ended" >&2
        exit 1
    fi
    printf '%d\t%d\t%d\t%d\t%s %s %s\n' $minute "$1" "$2" "$3" \
        "$(work $world)" "$(work $match)" "$(work $play)"
    [ $minute -gt "$warm" ] || then="$now"
    [ $minute -lt "$minutes" ] || break
    for third in 1 2 3; do
        press n
        press Return
        sleep 12
        press a
        sleep 1
        press a
        sleep 5
    done
    minute=$((minute + 1))
    left=$((began + 60 * minute - $(date +%s)))
    [ $left -le 0 ] || sleep $left
done
set -- $then $now
for name in world match play; do
    grown=$(($4 - $1))
    echo "$name: $grown KiB more than after $warm minutes"
    [ $grown -le "$limit" ] || status=1
    shift
done
exit $status
