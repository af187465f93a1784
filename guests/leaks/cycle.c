// Cycle: a document and its window count who uses them. With LEAK, each counts for the other, so that neither is ever unused.

#include <stdlib.h>

#include "guest.h"

struct document {
    int users;
    struct window *window;
    char text[56];
};

struct window {
    int users;
    struct document *document;
    char title[32];
};

static NOINLINE struct document *new_document(void) {
    struct document *document = malloc(sizeof *document);
    document->users = 1;
    document->window = NULL;
    document->text[0] = 'd';
    return document;
}

static NOINLINE struct window *new_window(struct document *document) {
    struct window *window = malloc(sizeof *window);
    window->users = 1;
    window->document = document;
    window->title[0] = 'w';
#ifdef LEAK
    document->users++;
#endif
    return window;
}

static void release_document(struct document *document);

static void release_window(struct window *window) {
    if (--window->users > 0)
        return;
#ifdef LEAK
    release_document(window->document);
#endif
    free(window);
}

static void release_document(struct document *document) {
    if (--document->users > 0)
        return;
    release_window(document->window);
    free(document);
}

// Opens a document in a window and drops the only handle to it.
int EXPORT(cycle)(void) {
    struct document *document = new_document();
    document->window = new_window(document);
    int letter = document->text[0];
    release_document(document);
    return letter;
}
