#!/bin/sh
# `make demo`: ten minutes from random weights to a Connect Four player.
# MINUTES=n changes the time.
set -eu
ludus=build/release/ludus
run=runs/demo
minutes=${MINUTES:-10}
trap : INT # Ctrl-C ends the training, not this script
if [ -e $run/checkpoint.ludus ]; then
    echo "== Going on with $run (delete it to begin anew)"
    $ludus train --resume $run --minutes "$minutes" || [ $? = 130 ]
else
    echo "== Training Connect Four from random weights for $minutes minutes (Ctrl-C stops and saves)"
    rm -rf $run
    $ludus train configs/connect4.ini --name demo --minutes "$minutes" || [ $? = 130 ]
fi
trap - INT
echo
echo "== How well does it play? Against the exact solver's labels:"
$ludus eval connect4 --net $run/net.safetensors --simulations 200 --positions 500
echo
echo "== A game of the new player against alpha-beta, depth 6:"
$ludus match "net:$run/net.safetensors,sims=200" alphabeta:6 --game connect4 --pairs 1 --show
cat <<TEXT

Play against it:   $ludus play connect4 --opponent net:$run/net.safetensors
Watch its games and curves:  $ludus watch $run
   or the curves alone:  tensorboard --logdir runs, or $run/metrics.jsonl
Train it on:       $ludus train --resume $run --minutes 60
TEXT
