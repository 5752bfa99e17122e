#!/bin/sh
# train_on.sh NAME RECIPE SETTINGS...: trains runs/NAME on one core, on from its checkpoint when it has
# one, else from the recipe; for scripts whose many runs may be interrupted. LUDUS is the program.
set -eu
name=$1 recipe=$2
shift 2
if [ -f "runs/$name/checkpoint.ludus" ]; then
    exec "$LUDUS" train --resume "runs/$name" --threads 1
fi
rm -rf "runs/$name" # begun and never saved
exec "$LUDUS" train "$recipe" --name "$name" --threads 1 "$@"
