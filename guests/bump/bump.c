// An allocator that only moves forward: what is given back is never handed out again.
// Linked in, it takes the place of wasi-libc's.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 65536
#define ALIGNMENT 16

// Where the linker put the end of everything else.
extern unsigned char __heap_base;

static uintptr_t next;

// Keeps a block's size in front of it, for realloc.
struct header {
    size_t size;
};

static int reserve(uintptr_t end) {
    uintptr_t memory = __builtin_wasm_memory_size(0) * (uintptr_t)PAGE;
    if (end <= memory)
        return 1;
    size_t pages = (end - memory + PAGE - 1) / PAGE;
    return __builtin_wasm_memory_grow(0, pages) != SIZE_MAX;
}

void *malloc(size_t size) {
    if (next == 0)
        next = (uintptr_t)&__heap_base;
    uintptr_t block = (next + sizeof(struct header) + ALIGNMENT - 1) & -ALIGNMENT;
    if (!reserve(block + size))
        return NULL;
    next = block + size;
    ((struct header *)block)[-1].size = size;
    return (void *)block;
}

void free(void *block) {
    (void)block;
}

void *calloc(size_t count, size_t size) {
    void *block = malloc(count * size);
    return block ? memset(block, 0, count * size) : NULL;
}

void *realloc(void *block, size_t size) {
    void *moved = malloc(size);
    if (block && moved) {
        size_t old = ((struct header *)block)[-1].size;
        memcpy(moved, block, old < size ? old : size);
    }
    return moved;
}
