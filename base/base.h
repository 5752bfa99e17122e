// What every module may use: status codes, memory, randomness, time. Includes nothing of ours
// outside base/. The readers of recipes (base/config.h) and files (base/file.h) are separate,
// because most code needs neither.

#ifndef LUDUS_BASE_BASE_H
#define LUDUS_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/rng.h"
#include "base/status.h"

#endif
