// One-time initialisation, no leak: the table for checksums is built when the first one is asked for, and stays.

#include <stdint.h>
#include <stdlib.h>

#include "guest.h"

// Volatile, so that it is a block: clang makes a static array of what is only ever kept in a static pointer.
static uint32_t *volatile table;

static NOINLINE void build_table(void) {
    uint32_t *entries = malloc(256 * sizeof *entries);
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t entry = byte;
        for (int bit = 0; bit < 8; bit++)
            entry = entry >> 1 ^ (entry & 1 ? 0xedb88320 : 0);
        entries[byte] = entry;
    }
    table = entries;
}

// The checksum of some bytes that are copied first.
uint32_t EXPORT(one_time)(void) {
    if (!table)
        build_table();
    uint8_t *volatile bytes = malloc(64);
    uint32_t sum = UINT32_MAX;
    for (int i = 0; i < 64; i++) {
        bytes[i] = 3 * i;
        sum = table[(sum ^ bytes[i]) & 255] ^ sum >> 8;
    }
    free(bytes);
    return ~sum;
}
