// As leak-delta: blocks that come to be lost and are found again. A pointer to the byte before a block is a pointer to no block;
// moved on by one, it is one to the block's start.

#include "case.h"

static char *volatile ten, *volatile twenty_one;
static char *volatile thirties[2], *volatile forties[2];

static void do_step(int step) {
    switch (step) {
    case 1:
        ten = malloc(10);
        break;
    case 2:
        ten = ten - 1;
        twenty_one = malloc(21);
        break;
    case 3:
        thirties[0] = malloc(32);
        thirties[1] = malloc(33);
        break;
    case 4:
    case 6:
        ten = ten + 1;
        break;
    case 5:
        ten = ten - 1;
        break;
    case 7:
        thirties[0] = thirties[0] - 1;
        break;
    case 8:
        forties[0] = malloc(42);
        forties[1] = malloc(43);
        forties[0] = forties[0] - 1;
        break;
    case 9:
        forties[1] = forties[1] - 1;
        break;
    }
}

// Goes so many steps of the nine.
void EXPORT(before_start)(int steps) {
    for (int step = 1; step <= steps; step++)
        do_step(step);
}
