#include "nets/optimiser.h"

#include <math.h>

float ludus_schedule_lr(const ludus_trainer_config *config, int64_t step)
{
    const double t = (double)step, lr = (double)config->lr, last = (double)config->lr_final;
    const double period = config->period > 0 ? (double)config->period : 1.0;
    if (step < config->warmup) {
        return (float)(lr * (t + 1.0) / (double)config->warmup);
    }
    switch (config->schedule) {
    case LUDUS_SCHEDULE_STEP:
        return (float)(lr * pow((double)config->gamma, floor(t / period)));
    case LUDUS_SCHEDULE_COSINE: {
        const double share = t < period ? t / period : 1.0;
        return (float)(last + 0.5 * (lr - last) * (1.0 + cos(3.14159265358979323846 * share)));
    }
    case LUDUS_SCHEDULE_EXPONENTIAL:
        return (float)fmax(last, lr * pow((double)config->gamma, t / period));
    default:
        return (float)lr;
    }
}

// m = momentum m + g;  w -= lr m
static void update_sgd(const ludus_trainer_config *config, const ludus_update *u)
{
#pragma omp simd
    for (size_t i = 0; i < u->count; i++) {
        const float g = u->g[i] * u->clip + u->decay * u->w[i];
        u->m[i] = config->momentum * u->m[i] + g;
        u->w[i] -= u->lr * u->m[i];
    }
}

// m = a m + (1-a) g;  v = a v + (1-a) g^2;  w -= lr g / sqrt(v - m^2 + eps)
static void update_rmsprop(const ludus_trainer_config *config, const ludus_update *u)
{
    const float a = config->beta2, epsilon = config->epsilon;
#pragma omp simd
    for (size_t i = 0; i < u->count; i++) {
        const float g = u->g[i] * u->clip + u->decay * u->w[i];
        u->m[i] = a * u->m[i] + (1.0f - a) * g;
        u->v[i] = a * u->v[i] + (1.0f - a) * g * g;
        u->w[i] -= u->lr * g / sqrtf(u->v[i] - u->m[i] * u->m[i] + epsilon);
    }
}

// m = b1 m + (1-b1) g;  v = b2 v + (1-b2) g^2;
// w -= lr (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + eps);  AdamW: first w -= lr decay w
static void update_adam(const ludus_trainer_config *config, const ludus_update *u)
{
    const float b1 = config->beta1, b2 = config->beta2, epsilon = config->epsilon;
    const double t = (double)(u->step + 1);
    const float lr = u->lr;
    const float correct1 = (float)(1.0 / (1.0 - pow((double)b1, t)));
    const float correct2 = (float)(1.0 / (1.0 - pow((double)b2, t)));
    const bool decoupled = config->optimiser == LUDUS_OPTIMISER_ADAMW;
    const float l2 = decoupled ? 0.0f : u->decay;
    const float shrink = decoupled ? 1.0f - lr * u->decay : 1.0f;
#pragma omp simd
    for (size_t i = 0; i < u->count; i++) {
        const float g = u->g[i] * u->clip + l2 * u->w[i];
        u->m[i] = b1 * u->m[i] + (1.0f - b1) * g;
        u->v[i] = b2 * u->v[i] + (1.0f - b2) * g * g;
        u->w[i] =
            shrink * u->w[i] - lr * u->m[i] * correct1 / (sqrtf(u->v[i] * correct2) + epsilon);
    }
}

void ludus_optimiser_update(const ludus_trainer_config *config, const ludus_update *u)
{
    switch (config->optimiser) {
    case LUDUS_OPTIMISER_RMSPROP:
        update_rmsprop(config, u);
        break;
    case LUDUS_OPTIMISER_ADAM:
    case LUDUS_OPTIMISER_ADAMW:
        update_adam(config, u);
        break;
    default:
        update_sgd(config, u);
        break;
    }
}
