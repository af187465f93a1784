// The runtime of a compiler that numbers its allocation sites: it hands out memory, takes none back, and counts.

#include "runtime.h"

#define PAGE 65536
#define ALIGNMENT 16

// Where the linker put the end of everything else.
extern unsigned char __heap_base;

static uintptr_t next;

// How often each site allocated and how many bytes; the counters stop at their largest value.
uint32_t alloc_counts[SITES];
uint64_t alloc_sizes[SITES];

// Statistics: totalAlloc, mallocs, heapInuse, sys.
uint64_t memstats[4];

#ifndef TABLES
__attribute__((import_module("env"), import_name("logAlloc"))) void log_alloc(uint32_t site, uint32_t size);
#endif

static void count(uint32_t site, uint32_t size) {
    if (site >= SITES)
        site = SITES - 1;
    if (alloc_counts[site] != UINT32_MAX)
        alloc_counts[site]++;
    alloc_sizes[site] += size;
    memstats[0] += size;
    memstats[1]++;
    memstats[2] += size;
    memstats[3] = __builtin_wasm_memory_size(0) * (uint64_t)PAGE;
}

void *alloc(uint32_t site, uint32_t size) {
    if (next == 0)
        next = (uintptr_t)&__heap_base;
    uintptr_t block = (next + ALIGNMENT - 1) & -ALIGNMENT;
    uintptr_t end = __builtin_wasm_memory_size(0) * (uintptr_t)PAGE;
    if (block + size > end && __builtin_wasm_memory_grow(0, (block + size - end + PAGE - 1) / PAGE) == SIZE_MAX)
        __builtin_trap();
    next = block + size;
    count(site, size);
#ifndef TABLES
    log_alloc(site, size);
#endif
    return (void *)block;
}

__attribute__((export_name("total_alloc"))) uint64_t total_alloc(void) {
    return memstats[0];
}
