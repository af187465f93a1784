// dlmalloc says nothing of a block that is freed twice. It is counted as what it is: one free, and one of no block.

#include <stdlib.h>

static void *volatile block;

static void release(void) { free(block); }

__attribute__((export_name("main"))) void run(void) {
    block = malloc(100);
    release();
    release();
    block = malloc(200);
}
