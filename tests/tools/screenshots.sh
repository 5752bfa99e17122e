#!/bin/sh
# screenshots.sh LUDUS FOLDER: the pictures of the README, drawn without a display. The same program
# draws the same pictures.
set -eu
ludus=$1
out=$2
mkdir -p "$out"
play() { # NAME GAME OPTIONS...
    name=$1
    shift
    "$ludus" play "$@" --window --seed 1 --png "$out/$name.png"
    echo "  $out/$name.png"
}
play connect4 connect4 --analyse --me bot --level 6 --frames 24
play connect4-won connect4 --frames 2 --opponent human --moves '4 4 5 5 3 6 2'
play chess chess --analyse --dark --frames 6 --opponent human \
    --moves 'e2e4 e7e5 g1f3 b8c6 f1c4 g8f6 f3g5 d7d5 e4d5 f6d5 g5f7 e8f7 d1f3'
play go9 go9 --analyse --frames 6 --opponent human \
    --moves 'E5 C4 G4 C6 C7 D7 D6 C5 C8 B7 E7 D8 E8 B8'
play go9-counted go9 --frames 2 --opponent human \
    --moves 'E9 D9 E8 D8 E7 D7 F6 E6 F5 E5 F4 E4 F3 E3 G2 F2 G1 F1 F7 D6 E2 D3 pass pass'
play othello othello --analyse --frames 40 --moves 'd3 c3 c4 c5 b4 d2' --opponent human --size 900x640
play gomoku gomoku15 --dark --frames 2 --opponent human --size 900x640 \
    --moves 'h8 h9 g8 i8 f8 e8 g9 g10 f10 i7 f9 f11 h7 i6 e10 d11'
play small connect4 --analyse --frames 6 --opponent human --moves '4 4 3' --size 640x480
watch() { # NAME OPTIONS...
    name=$1
    shift
    "$ludus" watch "$@" --png "$out/$name.png"
    echo "  $out/$name.png"
}
data=tests/data/watch
watch watch-run $data/connect4 --rate 16 --frames 75
watch watch-curves $data/connect4 $data/connect4-bf16 --x positions --smoothing .6 --dark
watch watch-film $data/connect4/replay/000001.seg --number 39 --ply 14 --paused --size 1100x700
watch watch-pgn $data/opera.pgn --ply 30 --paused --size 900x640
watch watch-breakout breakout --rate 60 --frames 150
watch watch-agent $data/breakout --rate 30 --frames 90
watch watch-match match mcts:200 alphabeta:4 --game othello --frames 24 --size 900x640
