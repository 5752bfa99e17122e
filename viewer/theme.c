#include "viewer/theme.h"

#include <math.h>

#define RGB(hex)                                                                                   \
    {                                                                                              \
        (uint8_t)((hex) >> 16), (uint8_t)((hex) >> 8 & 255), (uint8_t)((hex)&255), 255             \
    }

// clang-format off
static const ludus_theme light = {
    .is_dark = false,
    .ground = RGB(0xf3f4f6), .panel = RGB(0xffffff), .edge = RGB(0xd5d8de), .grid = RGB(0xe4e7eb),
    .text = RGB(0x1d2530), .soft = RGB(0x5a6472),
    .control = RGB(0xeceff3), .hover = RGB(0xdde3ea),
    .accent = RGB(0x0067a5), .on_accent = RGB(0xffffff),
    .good = RGB(0x00734f), .bad = RGB(0xb34700), .warning = RGB(0x8a6100),
    .series = {RGB(0x0072b2), RGB(0xd55e00), RGB(0x009e73), RGB(0xcc79a7), RGB(0xe69f00),
               RGB(0x56b4e9), RGB(0x8a7d00), RGB(0x4b5563)},
    .board = RGB(0xe3bd7b), .board_line = RGB(0x4a3517),
    .square = {RGB(0xeeddc0), RGB(0xb08a63)},
    .cloth = RGB(0x2f7d5b), .frame = RGB(0x2f5fa8),
    .disc = {RGB(0xf2c230), RGB(0xd5461f)},
    .stone = {RGB(0x20242a), RGB(0xf6f4ee)},
};
static const ludus_theme dark = {
    .is_dark = true,
    .ground = RGB(0x14181d), .panel = RGB(0x1e242b), .edge = RGB(0x38414c), .grid = RGB(0x2c343d),
    .text = RGB(0xe8ecf1), .soft = RGB(0xa0abb8),
    .control = RGB(0x2a323b), .hover = RGB(0x38434f),
    .accent = RGB(0x56b4e9), .on_accent = RGB(0x0c1218),
    .good = RGB(0x3ecf9f), .bad = RGB(0xf58a3c), .warning = RGB(0xe6b33d),
    .series = {RGB(0x56b4e9), RGB(0xf0862e), RGB(0x1fc495), RGB(0xdb8fba), RGB(0xe6b33d),
               RGB(0x3d8fd6), RGB(0xf0e442), RGB(0xc3cbd5)},
    .board = RGB(0xc79f5f), .board_line = RGB(0x2f210d),
    .square = {RGB(0xd9c7a6), RGB(0x8f6c49)},
    .cloth = RGB(0x26694c), .frame = RGB(0x27508f),
    .disc = {RGB(0xf2c230), RGB(0xd5461f)},
    .stone = {RGB(0x1c2025), RGB(0xf1efe8)},
};
// clang-format on

const ludus_theme *ludus_theme_light(void)
{
    return &light;
}

const ludus_theme *ludus_theme_dark(void)
{
    return &dark;
}

static uint8_t byte_of(float value)
{
    return (uint8_t)lrintf(fminf(fmaxf(value, 0), 255));
}

ludus_colour ludus_colour_fade(ludus_colour colour, float alpha)
{
    colour.a = byte_of((float)colour.a * alpha);
    return colour;
}

ludus_colour ludus_colour_mix(ludus_colour a, ludus_colour b, float share)
{
    const float rest = 1 - share;
    return (ludus_colour){
        byte_of((float)a.r * rest + (float)b.r * share),
        byte_of((float)a.g * rest + (float)b.g * share),
        byte_of((float)a.b * rest + (float)b.b * share),
        byte_of((float)a.a * rest + (float)b.a * share),
    };
}

// Relative luminance of sRGB, 0..1 (WCAG 2.1).
static float luminance(ludus_colour c)
{
    const float part[3] = {(float)c.r / 255, (float)c.g / 255, (float)c.b / 255};
    float linear[3];
    for (int i = 0; i < 3; i++) {
        linear[i] =
            part[i] <= 0.03928f ? part[i] / 12.92f : powf((part[i] + 0.055f) / 1.055f, 2.4f);
    }
    return 0.2126f * linear[0] + 0.7152f * linear[1] + 0.0722f * linear[2];
}

float ludus_colour_contrast(ludus_colour a, ludus_colour b)
{
    const float one = luminance(a) + 0.05f;
    const float two = luminance(b) + 0.05f;
    return one > two ? one / two : two / one;
}

ludus_colour ludus_colour_heat(const ludus_theme *theme, float share)
{
    const float x = fminf(fmaxf(share, 0), 1);
    const ludus_colour stops[4] = {theme->series[0], theme->series[2], theme->series[4],
                                   theme->series[1]};
    const int first = x < 1 ? (int)(3 * x) : 2;
    const ludus_colour c = ludus_colour_mix(stops[first], stops[first + 1], 3 * x - (float)first);
    return ludus_colour_fade(c, 0.3f + 0.55f * sqrtf(x));
}
