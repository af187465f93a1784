// Random malloc and free of mixed sizes over ten thousand live blocks.

#include <stdlib.h>

#include "workload.h"

enum { LIVE = 10000 };

// Most blocks are small, some are a few hundred bytes, few are large.
static uint32_t mixed_size(uint32_t random) {
    uint32_t kind = random % 16;
    if (kind < 12)
        return 8 + (random >> 8) % 120;
    if (kind < 15)
        return 128 + (random >> 8) % 896;
    return 1024 + (random >> 8) % 7168;
}

uint32_t run(uint32_t n) {
    static unsigned char *blocks[LIVE];
    uint32_t state = 2463534242, sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t random = next_random(&state);
        unsigned char **block = &blocks[random % LIVE];
        if (*block) {
            sum += **block;
            free(*block);
        }
        *block = malloc(mixed_size(next_random(&state)));
        **block = (unsigned char)i;
    }
    for (uint32_t i = 0; i < LIVE; i++) {
        free(blocks[i]);
        blocks[i] = NULL;
    }
    return sum;
}
