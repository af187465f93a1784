// As leak-pool: cells that lie in one large block. To an allocator below, the pool is a handle and that block, and what points
// to a cell points into the block's midst, but for the first cell.

#include <stdint.h>

#include "case.h"

#define CELLS 100
#define ROOM 4096

struct cell {
    POINTER(struct cell, next);
    int64_t number;
};

struct pool {
    POINTER(char, room);
    uint32_t used, size;
};

static struct cell *volatile cells[CELLS];

static NOINLINE struct pool *new_pool(void) {
    struct pool *pool = malloc(sizeof *pool);
    pool->room = malloc(ROOM);
    pool->size = ROOM;
    pool->used = 0;
    return pool;
}

static NOINLINE struct cell *take_cell(struct pool *pool) {
    struct cell *cell = (struct cell *)(pool->room + pool->used);
    pool->used += sizeof *cell;
    cell->next = NULL;
    cell->number = pool->used;
    return cell;
}

enum { NOBODY_KEEPS_CELLS, CELLS_ARE_KEPT, FIRST_CELLS_ARE_DROPPED, POOL_IS_DESTROYED };

// Takes all cells; the handle is lost in any case.
void EXPORT(pool)(int how) {
    struct pool *pool = new_pool();
    for (int i = 0; i < CELLS; i++) {
        struct cell *cell = take_cell(pool);
        cells[i] = how == NOBODY_KEEPS_CELLS ? NULL : cell;
    }
    if (how == FIRST_CELLS_ARE_DROPPED)
        for (int i = 0; i < 10; i++)
            cells[i] = NULL;
    if (how == POOL_IS_DESTROYED) {
        free(pool->room);
        pool->room = NULL;
    }
}
