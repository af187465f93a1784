// A command with further exports: the linker wraps each in a function that runs constructors and destructors around it.
// What those allocate is theirs, and the wrapped `malloc` is called by the host only.

#include <stdlib.h>

static void *volatile constructed;

__attribute__((constructor)) static void construct(void) { constructed = malloc(10); }

__attribute__((destructor)) static void destruct(void) { free(constructed); }

__attribute__((export_name("main"))) void run(void) {
    void *volatile block = malloc(20);
    free(block);
}

int main(void) { return 0; }
