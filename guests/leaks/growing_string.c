// Growing string: a journal is one string to which every event is appended. With LEAK, it never starts over.

#include <stdlib.h>
#include <string.h>

#include "guest.h"

#define LIMIT 1000

static char *journal;
static size_t length;
static size_t capacity;

static NOINLINE void append_to_journal(const char *event) {
    size_t added = strlen(event);
    if (length + added > capacity) {
        capacity = capacity ? 2 * capacity : 64;
        char *grown = realloc(journal, capacity);
        if (!grown)
            abort();
        journal = grown;
    }
    memcpy(journal + length, event, added);
    length += added;
}

// Twenty events of fifty letters; gives the journal's length.
int EXPORT(growing_string)(void) {
#ifndef LEAK
    if (length >= LIMIT)
        length = 0;
#endif
    for (int i = 0; i < 20; i++)
        append_to_journal("somebody somewhere opened the door of the fridge \n");
    return length;
}
