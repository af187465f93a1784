// A block that is taken and never given back; without LEAK, its twin gives it back.

#include <stdlib.h>

// What one call takes: a hundred calls are 102,400 bytes in 100 blocks.
#define BLOCK 1024

__attribute__((export_name("leak_one"))) void leak_one(void) {
    // Volatile, so that the pointer escapes: clang removes a malloc and free whose pointer it can follow.
    void *volatile block = malloc(BLOCK);
#ifndef LEAK
    free(block);
#endif
}

__attribute__((export_name("leak_hundred"))) void leak_hundred(void) {
    for (int i = 0; i < 100; i++)
        leak_one();
}
