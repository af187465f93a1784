// Blocks that are given back once too often, and addresses that are no blocks; without WRONG, its twin does it right.

#include <stdlib.h>

#define EXPORT(name) __attribute__((export_name(#name))) void name(void)

// Volatile pointers escape: clang removes a malloc and free whose pointer it can follow.
typedef void *volatile block;

static block shown, kept;

static __attribute__((noinline)) void open(void) {
    shown = kept = malloc(24);
}

static __attribute__((noinline)) void hide(void) {
    free(shown);
}

static __attribute__((noinline)) void drop(void) {
#ifdef WRONG
    free(kept);
#endif
}

// 1 block of 24 bytes, which two own.
EXPORT(twice) {
    block neighbour = malloc(40);
    open();
    hide();
    drop();
    free(neighbour);
}

// 4 blocks of 24, 40, 24 and 24 bytes; the last two are the same one if the allocator believes what it is told.
EXPORT(twice_and_again) {
    twice();
    block first = malloc(24);
    block second = malloc(24);
    free(second);
    if (first != second)
        free(first);
}

// 2 blocks of 30 and 3,000 bytes. The old address is stale once the block has moved.
EXPORT(stale) {
    block old = malloc(30);
    block neighbour = malloc(40);
    block grown = realloc(old, 3000);
#ifdef WRONG
    free(old);
#else
    (void)old;
#endif
    free(grown);
    free(neighbour);
}

// 1 block of 64 bytes, and the address of an element inside.
EXPORT(element) {
    char *volatile elements = malloc(64);
#ifdef WRONG
    free(elements + 16);
#else
    free(elements);
#endif
}

static char stock[64] __attribute__((aligned(16)));

// No block at all.
EXPORT(stranger) {
#ifdef WRONG
    free(stock + 32);
#else
    stock[32] = 0;
#endif
}
