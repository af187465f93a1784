// As leak-cycle: rings of three blocks whose only root is gone. Of what hangs together one block counts as definitely lost and
// all others as indirectly lost.

#include "case.h"

struct ring {
    POINTER(struct ring, previous);
    POINTER(struct ring, other);
};

static struct ring *volatile first, *volatile second;

static NOINLINE struct ring *new_block(struct ring *previous) {
    struct ring *block = malloc(sizeof *block);
    block->previous = previous;
    block->other = NULL;
    return block;
}

static NOINLINE struct ring *new_ring(void) {
    struct ring *start = new_block(NULL);
    start->previous = new_block(new_block(start));
    return start;
}

static void build_two(void) {
    first = new_ring();
    second = new_ring();
}

static void lose_both(void) {
    first = second = NULL;
}

// Two rings; two of which the later in memory points to the earlier; two that point to each other.
void EXPORT(cycles)(void) {
    build_two();
    lose_both();

    build_two();
    if (first < second)
        second->other = first;
    else
        first->other = second;
    lose_both();

    build_two();
    first->other = second;
    second->other = first;
    lose_both();
}
