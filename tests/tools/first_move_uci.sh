#!/bin/sh
# A UCI engine for tic-tac-toe, for tests: its lines are the first free cells, each worth a pawn
# less than the one before.
while read -r command rest; do
    case $command in
    uci) printf 'id name first move\nuciok\n' ;;
    isready) echo readyok ;;
    position) moves=" ${rest#startpos} " ;;
    go)
        n=0
        best=
        for cell in a1 b1 c1 a2 b2 c2 a3 b3 c3; do
            case $moves in
            *" $cell "*) ;;
            *)
                [ -z "$best" ] && best=$cell
                n=$((n + 1))
                [ $n -le 3 ] && echo "info depth 1 multipv $n score cp $((100 - 100 * n)) wdl 200 500 300 nodes 1 pv $cell"
                ;;
            esac
        done
        echo "bestmove $best"
        ;;
    quit) exit 0 ;;
    esac
done
