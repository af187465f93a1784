// What generated code calls: every place that allocates has a number of its own.

#include <stdint.h>

// Counters that are kept; the last one stands for all sites that have none of their own.
#define SITES 8192

void *alloc(uint32_t site, uint32_t size);
