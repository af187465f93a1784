// Has an allocator that this export does not use.

#include <stdlib.h>

__attribute__((export_name("add"))) int add(int a, int b) {
    return a + b;
}

__attribute__((export_name("work"))) void work(void) {
    void *volatile block = malloc(100);
    free(block);
}
