// wasm-opt drops the names and clears the line table where it is not told to keep them, and leaves the rest of the debug
// information as it was: it speaks of code that is no longer there. What does not resolve is not made up.

#include <stdlib.h>

static void *volatile block;

__attribute__((noinline)) static void fill(int count) { block = calloc(count, 10); }

__attribute__((export_name("main"))) void run(void) {
    fill(1);
    fill(2);
}
