// High-water peak, no leak: every fifth save packs the whole document, which takes much for a moment; none of it stays.

#include <stdlib.h>
#include <string.h>

#include "guest.h"

#define PARTS 40
#define PART 5000

static int saves;

static NOINLINE int pack_document(void) {
    char *parts[PARTS];
    int size = 0;
    for (int i = 0; i < PARTS; i++) {
        parts[i] = malloc(PART);
        memset(parts[i], i, PART);
    }
    for (int i = 0; i < PARTS; i++) {
        size += parts[i][PART / 2];
        free(parts[i]);
    }
    return size;
}

static NOINLINE int save_changes(void) {
    char *volatile change = malloc(72);
    change[0] = 'c';
    int letter = change[0];
    free(change);
    return letter;
}

int EXPORT(high_water)(void) {
    return ++saves % 5 == 0 ? pack_document() : save_changes();
}
