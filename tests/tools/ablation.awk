# Turns lines "WORLD VARIANT MEAN", one per seed, into a table (form=table) or a picture (form=svg).
{
    if (!($1 in seen_world)) { seen_world[$1] = 1; world[++worlds] = $1 }
    if (!($2 in seen_variant)) { seen_variant[$2] = 1; variant[++variants] = $2 }
    k = $1 SUBSEP $2
    n[k]++
    value[k, n[k]] = $3
    sum[k] += $3
    if (n[k] > seeds) seeds = n[k]
    if (n[k] == 1 || $3 < low[k]) low[k] = $3
    if (n[k] == 1 || $3 > high[k]) high[k] = $3
    if ($3 > top[$1]) top[$1] = $3
}

function table(    v, w, k) {
    printf "| agent, %dk frames |", frames
    for (w = 1; w <= worlds; w++) printf " %s: mean of %d seed%s (lowest .. highest) |", world[w], seeds, (seeds > 1 ? "s" : "")
    printf "\n|---|"
    for (w = 1; w <= worlds; w++) printf "---|"
    printf "\n"
    for (v = 1; v <= variants; v++) {
        printf "| %s |", variant[v]
        for (w = 1; w <= worlds; w++) {
            k = world[w] SUBSEP variant[v]
            if (!n[k]) printf " - |"
            else printf " %.2f (%.2f .. %.2f)%s |", sum[k] / n[k], low[k], high[k], (n[k] < seeds ? sprintf(", %d of %d seeds", n[k], seeds) : "")
        }
        printf "\n"
    }
}

# A panel per world: a bar per variant, a dot per seed.
function svg(    v, w, k, i, x, y, width, bar, scale) {
    width = 420
    bar = 22
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n", \
        width * worlds, variants * bar + 60
    printf "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n"
    for (w = 1; w <= worlds; w++) {
        x = (w - 1) * width
        scale = (width - 150) / (top[world[w]] > 0 ? top[world[w]] : 1)
        printf "<text x=\"%d\" y=\"20\" font-weight=\"bold\">%s: return after %dk frames</text>\n", x + 10, world[w], frames
        for (v = 1; v <= variants; v++) {
            k = world[w] SUBSEP variant[v]
            if (!n[k]) continue
            y = 30 + (v - 1) * bar
            printf "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", x + 90, y + 15, variant[v]
            printf "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#56b4e9\"/>\n", x + 96, y + 3, sum[k] / n[k] * scale, bar - 6
            for (i = 1; i <= n[k]; i++)
                printf "<circle cx=\"%.1f\" cy=\"%d\" r=\"3\" fill=\"#d55e00\"/>\n", x + 96 + value[k, i] * scale, y + bar / 2
            printf "<text x=\"%.1f\" y=\"%d\" fill=\"#444444\">%.1f</text>\n", x + 102 + high[k] * scale, y + 15, sum[k] / n[k]
        }
    }
    printf "<text x=\"10\" y=\"%d\" fill=\"#444444\">bars: mean of the seeds; dots: each seed, 100 episodes</text>\n</svg>\n", variants * bar + 50
}

END { if (form == "svg") svg(); else table() }
