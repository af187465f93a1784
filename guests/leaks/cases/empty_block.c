// As leak-0: a block without a byte, to whose start a pointer is kept, is no loss.

#include "case.h"

static void *volatile kept;

void EXPORT(empty_block)(void) {
    kept = malloc(0);
}
