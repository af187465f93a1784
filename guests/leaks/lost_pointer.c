// Lost pointer: a window's title is set anew. With LEAK, the only pointer to the old one is written over.

#include <stdlib.h>
#include <string.h>

#include "guest.h"

#define TITLE 40

static char *title;

static NOINLINE void set_title(const char *text) {
#ifndef LEAK
    free(title);
#endif
    title = malloc(TITLE);
    strncpy(title, text, TITLE - 1);
    title[TITLE - 1] = 0;
}

// Opens two documents, one after the other, and gives the title's first letter.
int EXPORT(lost_pointer)(void) {
    set_title("letter.txt - edited");
    set_title("minutes.txt");
    return title[0];
}

void EXPORT(lost_pointer_close)(void) {
    free(title);
    title = NULL;
}
