// Waits for what never comes.

#include <stdlib.h>

static void wait_for(int *volatile *answer) {
    while (**answer == 0) {
    }
}

__attribute__((export_name("ask"))) void ask(void) {
    int *volatile answer = calloc(1, sizeof *answer);
    wait_for(&answer);
}
