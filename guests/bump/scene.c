// A program that gives back all that it takes: whether its memory still grows is up to its allocator.

#include <stdlib.h>

#define SHAPES 50

// Volatile, so that the pointers escape: clang removes a malloc and free whose pointer it can follow.
static void *volatile shapes[SHAPES];

// Draws a scene into a picture of 16 KiB.
__attribute__((export_name("draw"))) void draw(void) {
    void *volatile picture = malloc(16 * 1024);
    for (int i = 0; i < SHAPES; i++)
        shapes[i] = malloc(24 + i);
    for (int i = 0; i < SHAPES; i++)
        free(shapes[i]);
    free(picture);
}
