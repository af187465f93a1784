// Has an allocator, but was linked without names: nobody can tell which function it is.

#include <stdlib.h>

__attribute__((export_name("work"))) void work(void) {
    void *volatile block = malloc(100);
    free(block);
}
