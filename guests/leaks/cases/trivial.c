// As trivialleak: a thousand blocks of a byte, none of which anybody keeps.

#include "case.h"

static NOINLINE void take_one(void) {
    void *volatile block = malloc(1);
    block = NULL;
    (void)block;
}

void EXPORT(trivial)(void) {
    for (int i = 0; i < 1000; i++)
        take_one();
}
