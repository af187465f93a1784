// Pool that only grows: particles are taken from a pool and given back to it. With LEAK, they are given back to a list from
// which nobody takes, and the pool adds a slab whenever it seems empty.

#include <stdlib.h>

#include "guest.h"

#define SLAB 16

struct particle {
    struct particle *next;
    float x, y, speed;
};

struct slab {
    struct slab *next;
    struct particle particles[SLAB];
};

static struct pool {
    struct slab *slabs;
    struct particle *spare;
    struct particle *retired;
} pool;

static NOINLINE void add_slab(void) {
    struct slab *slab = malloc(sizeof *slab);
    slab->next = pool.slabs;
    pool.slabs = slab;
    for (int i = 0; i < SLAB; i++) {
        slab->particles[i].next = pool.spare;
        pool.spare = &slab->particles[i];
    }
}

static struct particle *take(void) {
    if (!pool.spare)
        add_slab();
    struct particle *particle = pool.spare;
    pool.spare = particle->next;
    return particle;
}

static void give_back(struct particle *particle) {
#ifdef LEAK
    particle->next = pool.retired;
    pool.retired = particle;
#else
    particle->next = pool.spare;
    pool.spare = particle;
#endif
}

// A spark of thirty-two particles flies and goes out.
int EXPORT(growing_pool)(void) {
    struct particle *flying[2 * SLAB];
    float way = 0;
    for (int i = 0; i < 2 * SLAB; i++) {
        flying[i] = take();
        flying[i]->x = flying[i]->y = 0;
        flying[i]->speed = i;
    }
    for (int i = 0; i < 2 * SLAB; i++) {
        way += flying[i]->x += flying[i]->speed;
        give_back(flying[i]);
    }
    return way;
}
