// All solutions of n queens: deep calls, and an allocation for each solution at the deepest of them.

#include <stdlib.h>
#include <string.h>

#include "workload.h"

enum { QUEENS = 9, SOLUTIONS = 352 };

struct search {
    unsigned char columns[QUEENS];
    unsigned char *solutions[SOLUTIONS];
    uint32_t found;
};

static int is_safe(const struct search *search, int row, int column) {
    for (int above = 0; above < row; above++) {
        int other = search->columns[above];
        if (other == column || abs(other - column) == row - above)
            return 0;
    }
    return 1;
}

// Each row is a call deeper.
static void place(struct search *search, int row) {
    if (row == QUEENS) {
        unsigned char *solution = malloc(QUEENS);
        memcpy(solution, search->columns, QUEENS);
        search->solutions[search->found++] = solution;
        return;
    }
    for (int column = 0; column < QUEENS; column++) {
        if (is_safe(search, row, column)) {
            search->columns[row] = (unsigned char)column;
            place(search, row + 1);
        }
    }
}

uint32_t run(uint32_t n) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct search search = {.found = 0};
        place(&search, 0);
        for (uint32_t solution = 0; solution < search.found; solution++) {
            sum += search.solutions[solution][QUEENS / 2];
            free(search.solutions[solution]);
        }
    }
    return sum;
}
