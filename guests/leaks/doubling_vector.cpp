// Doubling vector in steady use, no leak: events queue up for eight rounds and are dealt with all at once. The queue doubles
// until it has room for eight rounds, and then never again.

#include <numeric>
#include <vector>

#include "guest.h"

namespace {

std::vector<int> queue;
int rounds;

NOINLINE void push_event(int event) {
    queue.push_back(event);
}

} // namespace

// Ten events more; gives the sum of those that were dealt with.
extern "C" int EXPORT(doubling_vector)() {
    for (int event = 0; event < 10; event++)
        push_event(event);
    int sum = 0;
    if (++rounds % 8 == 0) {
        sum = std::accumulate(queue.begin(), queue.end(), 0);
        queue.clear();
    }
    return sum;
}
