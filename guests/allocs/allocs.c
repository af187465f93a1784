// Every way in which a libc hands out memory and takes it back. Each function says what it asks for: a resize counts
// as one more block, of the new size.

#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __EMSCRIPTEN__
// Older ones have none.
#define reallocarray(block, count, size) realloc(block, (count) * (size))
#endif

#define EXPORT(name) __attribute__((export_name(#name))) void name(void)

// Volatile pointers escape: clang removes a malloc and free whose pointer it can follow.
typedef void *volatile block;

// 1 block of 100 bytes; freeing nothing is nothing.
EXPORT(plain) {
    block a = malloc(100);
    free(a);
    free(NULL);
}

// 1 block of 0 bytes, which is a block of its own.
EXPORT(empty) {
    block a = malloc(0);
    free(a);
}

// 1 block of 10 x 20 bytes.
EXPORT(zeroed) {
    block a = calloc(10, 20);
    free(a);
}

// 3 blocks: one of 50 bytes becomes one of 5,000, and moves, since one of 60 lies in its way.
EXPORT(grown) {
    block a = malloc(50);
    block neighbour = malloc(60);
    a = realloc(a, 5000);
    free(a);
    free(neighbour);
}

// 2 blocks: one of 5,000 bytes becomes one of 50, in place.
EXPORT(shrunk) {
    block a = malloc(5000);
    a = realloc(a, 50);
    free(a);
}

// 1 block of 70 bytes: resizing nothing is allocating.
EXPORT(resized_from_nothing) {
    block a = realloc(NULL, 70);
    free(a);
}

// 2 blocks: one of 80 bytes becomes one of 0, which dlmalloc does not take for a free.
EXPORT(resized_to_nothing) {
    block a = malloc(80);
    a = realloc(a, 0);
    free(a);
}

// 1 block of 90 bytes; what fails allocates nothing, and a resize that fails leaves the block as it was.
EXPORT(failing) {
    volatile size_t too_much = SIZE_MAX / 2;
    block a = malloc(90);
    block b = realloc(a, too_much);
    block c = malloc(too_much);
    block d = calloc(too_much, 4);
    block e = reallocarray(a, too_much, 4);
    if (!b && !c && !d && !e)
        free(a);
}

// 3 blocks of 64, 256 and 100 bytes, at multiples of 64, 256 and 4,096.
EXPORT(aligned) {
    block a = aligned_alloc(64, 64);
    block b = aligned_alloc(256, 256);
    void *c = NULL;
    if (posix_memalign(&c, 4096, 100) == 0)
        free(c);
    free(a);
    free(b);
}

// 2 blocks of 3 x 40 and 6 x 40 bytes.
EXPORT(arrays) {
    block a = reallocarray(NULL, 3, 40);
    a = reallocarray(a, 6, 40);
    free(a);
}

// 2 blocks of 12 and 5 bytes, allocated inside the library.
EXPORT(copied) {
    block a = strdup("hello world");
    block b = strndup("hello world", 4);
    free(a);
    free(b);
}

// 1 block of 110 bytes, through pointers to the functions.
EXPORT(through_pointers) {
    void *(*volatile allocate)(size_t) = malloc;
    void (*volatile release)(void *) = free;
    block a = allocate(110);
    release(a);
}

// 1,000 blocks of 16 to 1,015 bytes, 515,500 in all, each given back before the next but three.
EXPORT(churn) {
    block last[4] = {0};
    for (int i = 0; i < 1000; i++) {
        free(last[i % 4]);
        last[i % 4] = malloc(16 + i);
    }
    for (int i = 0; i < 4; i++)
        free(last[i]);
}

// 1 block of 64 bytes that is never given back.
EXPORT(leaked) {
    block a = malloc(64);
    (void)a;
}
