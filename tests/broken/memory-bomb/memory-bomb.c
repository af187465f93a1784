// Takes a megabyte after the other and writes to it, whatever the allocator says.

#include <stdlib.h>
#include <string.h>

#define MEGABYTE (1024 * 1024)

static void *volatile newest;

static void take(void) {
    newest = malloc(MEGABYTE);
    memset(newest, 1, MEGABYTE);
}

__attribute__((export_name("explode"))) void explode(void) {
    for (;;)
        take();
}
