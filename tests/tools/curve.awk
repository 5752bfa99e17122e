# Draws learning curves from the metrics of runs, one line per file, named after its folder:
#     awk -v title="Breakout" -f tests/tools/curve.awk runs/a/metrics.jsonl runs/b/metrics.jsonl >curve.svg
# Variables: x and y (keys of the metrics; default frames and return), title.
function number(line, key,    at) {
    at = index(line, "\"" key "\":")
    return at ? substr(line, at + length(key) + 3) + 0 : ""
}

function hundredths(value) { return sprintf((value >= 10 ? "%.0f" : "%.2f"), value) }

BEGIN {
    x = x ? x : "frames"
    y = y ? y : "return"
    split("#0072b2 #d55e00 #009e73 #cc79a7 #e69f00 #56b4e9", colour, " ")
}

FNR == 1 {
    files++
    parts = split(FILENAME, part, "/")
    name[files] = parts > 1 ? part[parts - 1] : FILENAME
}

index($0, "\"" x "\":") && index($0, "\"" y "\":") {
    k = ++points[files]
    px[files, k] = number($0, x)
    py[files, k] = number($0, y)
    if (px[files, k] > most_x) most_x = px[files, k]
    if (py[files, k] > most_y) most_y = py[files, k]
    if (py[files, k] < least_y) least_y = py[files, k]
}

function place_x(value) { return 60 + value / most_x * 500 }
function place_y(value) { return 270 - (value - least_y) / (most_y - least_y) * 230 }

function axes(    i, value) {
    printf "<text x=\"60\" y=\"22\" font-weight=\"bold\">%s</text>\n", title
    for (i = 0; i <= 4; i++) {
        value = least_y + (most_y - least_y) * i / 4
        printf "<line x1=\"60\" x2=\"560\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>\n", place_y(value), place_y(value)
        printf "<text x=\"54\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", place_y(value) + 4, hundredths(value)
        value = most_x * i / 4
        printf "<text x=\"%.1f\" y=\"288\" text-anchor=\"middle\">%s</text>\n", place_x(value), \
            (value >= 1000000 ? value / 1000000 "M" : value >= 1000 ? value / 1000 "k" : value)
    }
    printf "<text x=\"310\" y=\"306\" text-anchor=\"middle\" fill=\"#444444\">%s</text>\n", x
    printf "<text x=\"14\" y=\"155\" text-anchor=\"middle\" fill=\"#444444\" transform=\"rotate(-90 14 155)\">%s</text>\n", y
}

END {
    if (most_x <= 0 || most_y <= least_y) {
        print "curve.awk: no " y " over " x " in the files" >"/dev/stderr"
        exit 1
    }
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"320\" font-family=\"sans-serif\" font-size=\"12\">"
    print "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"
    axes()
    for (f = 1; f <= files; f++) {
        printf "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%s\" points=\"", colour[(f - 1) % 6 + 1]
        for (k = 1; k <= points[f]; k++) printf "%.1f,%.1f ", place_x(px[f, k]), place_y(py[f, k])
        printf "\"/>\n<text x=\"70\" y=\"%d\" fill=\"%s\">%s</text>\n", 40 + 16 * f, colour[(f - 1) % 6 + 1], name[f]
    }
    print "</svg>"
}
