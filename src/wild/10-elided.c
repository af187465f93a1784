// Clang leaves out a block that nobody looks at, and its release: `main` allocates nothing, and nothing was measured.

#include <stdlib.h>

__attribute__((export_name("main"))) void run(void) {
    char *block = malloc(100);
    block[0] = 1;
    free(block);
}

// What lets the address escape stays.
__attribute__((export_name("escape"))) void *escape(void) { return malloc(100); }
