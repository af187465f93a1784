// A block that is given back twice, as it comes to light in the wild: by a trap, somewhere else and later.

#include <stdlib.h>

// Volatile pointers escape: clang removes a malloc and free whose pointer it can follow.
static void *volatile session;

static __attribute__((noinline)) void close_session(void) {
    free(session);
}

static __attribute__((noinline)) void shut_down(void) {
    close_session();
    free(session);
}

__attribute__((export_name("serve"))) void serve(void) {
    session = malloc(48);
    shut_down();
    __builtin_trap();
}
