#include "selfplay/match.h"

#include <math.h>

// Counts of zero are taken as this many pairs, as fishtest does: the likelihood needs every
// outcome to be possible.
#define EMPTY_COUNT 1e-3
#define Z95 1.959963984540054 // two-sided 95 % of the normal distribution

static double elo_from_score(double score)
{
    if (score <= 0) {
        return -INFINITY;
    }
    return score >= 1 ? INFINITY : 400.0 * log10(score / (1.0 - score));
}

static double score_from_elo(double elo)
{
    return 1.0 / (1.0 + pow(10.0, -elo / 400.0));
}

// The maximum likelihood distribution with mean `s`, given observed shares p: p_i / (1 + x (a_i-s))
// with x solving sum p_i (a_i - s) / (1 + x (a_i - s)) = 0 (Van den Bergh, "GSPRT", prop. 1.1).
// The sum falls with x between its poles at -1/(1-s) and 1/s.
static void likeliest_with_mean(const double p[5], double s, double out[5])
{
    double low = -1.0 / (1.0 - s);
    double high = 1.0 / s;
    for (int step = 0; step < 100; step++) {
        const double x = 0.5 * (low + high);
        double sum = 0;
        for (int i = 0; i < 5; i++) {
            const double d = 0.25 * i - s;
            sum += p[i] * d / (1.0 + x * d);
        }
        if (sum > 0) {
            low = x;
        } else {
            high = x;
        }
    }
    const double x = 0.5 * (low + high);
    for (int i = 0; i < 5; i++) {
        out[i] = p[i] / (1.0 + x * (0.25 * i - s));
    }
}

static double log_likelihood_ratio(const int32_t counts[5], double elo0, double elo1)
{
    double p[5], p0[5], p1[5];
    double n = 0;
    for (int i = 0; i < 5; i++) {
        p[i] = counts[i] > 0 ? (double)counts[i] : EMPTY_COUNT;
        n += p[i];
    }
    for (int i = 0; i < 5; i++) {
        p[i] /= n;
    }
    likeliest_with_mean(p, score_from_elo(elo0), p0);
    likeliest_with_mean(p, score_from_elo(elo1), p1);
    double sum = 0;
    for (int i = 0; i < 5; i++) {
        sum += p[i] * log(p1[i] / p0[i]);
    }
    return n * sum;
}

static void fill_sprt(const ludus_match_config *config, ludus_match_result *result)
{
    result->llr_lower = log(config->beta / (1.0 - config->alpha));
    result->llr_upper = log((1.0 - config->beta) / config->alpha);
    result->llr = 0;
    result->sprt = 0;
    if (config->enable_sprt && result->pairs > 0) {
        result->llr = log_likelihood_ratio(result->pentanomial, config->elo0, config->elo1);
        result->sprt = (result->llr >= result->llr_upper) - (result->llr <= result->llr_lower);
    }
}

void ludus_match_statistics(const ludus_match_config *config, ludus_match_result *result)
{
    double n = 0, sum = 0, squares = 0;
    for (int i = 0; i < 5; i++) {
        n += result->pentanomial[i];
        sum += 0.25 * i * result->pentanomial[i];
    }
    result->pairs = (int32_t)n;
    if (result->pairs == 0) {
        result->score = 0.5;
        result->score_error = 0.5;
        result->elo = 0;
        result->elo_error = INFINITY;
        fill_sprt(config, result);
        return;
    }
    const double score = sum / n;
    for (int i = 0; i < 5; i++) {
        squares += (0.25 * i - score) * (0.25 * i - score) * result->pentanomial[i];
    }
    result->score = score;
    result->score_error = squares > 0 ? Z95 * sqrt(squares) / n : 1.0 - pow(0.05, 1.0 / n);
    result->elo = elo_from_score(score);
    const double high = elo_from_score(score + result->score_error);
    const double low = elo_from_score(score - result->score_error);
    result->elo_error = isinf(high) || isinf(low) ? INFINITY : 0.5 * (high - low);
    fill_sprt(config, result);
}
