// An allocator that believes what it is told: a block that is given back goes on a list, and whoever asks next for as much
// gets it. A block that is given back twice is on the list twice. Linked in, it takes the place of wasi-libc's.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16

// Enough for this program.
static char heap[65536] __attribute__((aligned(ALIGNMENT)));
static size_t used;

// In front of every block.
struct header {
    size_t size;
};

static void *given_back[64];
static size_t count;

static size_t size_of(void *block) {
    return ((struct header *)block)[-1].size;
}

void *malloc(size_t size) {
    for (size_t i = count; i-- > 0;) {
        void *block = given_back[i];
        if (size_of(block) == size) {
            given_back[i] = given_back[--count];
            return block;
        }
    }
    size_t start = (used + sizeof(struct header) + ALIGNMENT - 1) & -ALIGNMENT;
    if (start + size > sizeof heap)
        return NULL;
    used = start + size;
    void *block = heap + start;
    ((struct header *)block)[-1].size = size;
    return block;
}

void free(void *block) {
    if (block && count < sizeof given_back / sizeof *given_back)
        given_back[count++] = block;
}

void *calloc(size_t number, size_t size) {
    void *block = malloc(number * size);
    return block ? memset(block, 0, number * size) : NULL;
}

void *realloc(void *block, size_t size) {
    void *moved = malloc(size);
    if (block && moved) {
        memcpy(moved, block, size_of(block) < size ? size_of(block) : size);
        free(block);
    }
    return moved;
}
