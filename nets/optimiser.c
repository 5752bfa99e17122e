#include "nets/optimiser.h"

#include <float.h>
#include <math.h>

#include "nets/vector.h"

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

// Of weights i..i+count, one vector at most.
LUDUS_ALWAYS_INLINE void rmsprop_vector(const ludus_trainer_config *config, const ludus_update *u,
                                        size_t i, size_t count)
{
    const ludus_vector a = ludus_vector_all(config->beta2),
                       rest = ludus_vector_all(1.0f - config->beta2);
    const ludus_vector w = ludus_vector_load_part(u->w + i, count);
    const ludus_vector g = ludus_vector_load_part(u->g + i, count) * ludus_vector_all(u->clip) +
                           ludus_vector_all(u->decay) * w;
    const ludus_vector mean = a * ludus_vector_load_part(u->m + i, count) + rest * g;
    const ludus_vector square = a * ludus_vector_load_part(u->v + i, count) + rest * g * g;
    // Rounding may leave less than nothing of the variance.
    const ludus_vector variance =
        ludus_vector_max(square - mean * mean, ludus_vector_all(FLT_MIN)) +
        ludus_vector_all(config->epsilon);
    const ludus_vector step = ludus_vector_all(u->lr) * g * ludus_vector_rsqrt(variance);
    ludus_vector_store_part(u->m + i, mean, count);
    ludus_vector_store_part(u->v + i, square, count);
    ludus_vector_store_part(u->w + i, w - step, count);
}

// m = a m + (1-a) g;  v = a v + (1-a) g^2;  w -= lr g / sqrt(v - m^2 + eps). In vectors, as the
// root and the quotient would take half of the time.
static void update_rmsprop(const ludus_trainer_config *config, const ludus_update *u)
{
    size_t i = 0;
    for (; i + LUDUS_LANES <= u->count; i += LUDUS_LANES) {
        rmsprop_vector(config, u, i, LUDUS_LANES);
    }
    rmsprop_vector(config, u, i, u->count - i);
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
