// As leak-autofreepool: a pool whose cells are blocks in their own right, besides the block that belongs to the pool and has a
// byte of its own in front. Destroying the pool frees that block, and either its cells or not. Of the plain pool's cells
// nothing is ever left.

#include <string.h>

#include "case.h"

#define CELLS 20
#define ROOM 4096
#define NOISE 30

static char *volatile room;
static void *volatile cells[CELLS];
static unsigned char *volatile noise[NOISE];

static void fill(int with_noise) {
    char *start = malloc(ROOM);
    room = start + 1;
    for (int i = 0; i < CELLS; i++)
        cells[i] = malloc(16);
    for (int i = 0; with_noise && i < NOISE; i++) {
        noise[i] = malloc(256);
        memset(noise[i], i, 256);
    }
}

static void destroy(int with_cells) {
    for (int i = 0; with_cells && i < CELLS; i++)
        free(cells[i]);
    free(room - 1);
    room = NULL;
}

static void lose_cells(void) {
    for (int i = 0; i < CELLS; i++)
        cells[i] = NULL;
}

enum { DESTROYED_WITHOUT_CELLS, DESTROYED_WITH_CELLS, LEFT_ALONE, DESTROYED_AMID_NOISE };

void EXPORT(pool_of_blocks)(int how) {
    fill(how == DESTROYED_AMID_NOISE);
    if (how != LEFT_ALONE)
        destroy(how != DESTROYED_WITHOUT_CELLS);
    lose_cells();
    for (int i = 0; i < NOISE; i++) {
        free(noise[i]);
        noise[i] = NULL;
    }
}
