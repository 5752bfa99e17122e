#!/bin/sh
# train_on.sh NAME RECIPE SETTINGS...: trains runs/NAME on one core, on from where it stands when it
# was begun before, else from the recipe; for scripts whose many runs may be interrupted. LUDUS is the
# program.
set -eu
name=$1 recipe=$2
shift 2
if [ -f "runs/$name/recipe.ini" ]; then
    exec "$LUDUS" train --resume "runs/$name" --threads 1
fi
exec "$LUDUS" train "$recipe" --name "$name" --threads 1 "$@"
