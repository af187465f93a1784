// Doubling vector in steady use, no leak: events queue up for eight rounds and are dealt with all at once. The queue doubles
// until it has room for eight rounds, and then never again.

#include <stdlib.h>

#include "guest.h"

static int *queue;
static size_t length;
static size_t capacity;
static int rounds;

static NOINLINE void push_event(int event) {
    if (length == capacity) {
        capacity = capacity ? 2 * capacity : 4;
        int *grown = realloc(queue, capacity * sizeof *queue);
        if (!grown)
            abort();
        queue = grown;
    }
    queue[length++] = event;
}

// Ten events more; gives the sum of those that were dealt with.
int EXPORT(doubling_vector)(void) {
    for (int event = 0; event < 10; event++)
        push_event(event);
    int sum = 0;
    if (++rounds % 8 == 0) {
        for (size_t i = 0; i < length; i++)
            sum += queue[i];
        length = 0;
    }
    return sum;
}
