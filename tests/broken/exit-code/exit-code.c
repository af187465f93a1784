// A command that ends before its time.

#include <stdio.h>
#include <stdlib.h>

static void fail(const char *why) {
    fprintf(stderr, "cannot go on: %s\n", why);
    exit(3);
}

int main(void) {
    char *volatile buffer = malloc(512);
    if (buffer)
        fail("nothing to do");
    return 0;
}
