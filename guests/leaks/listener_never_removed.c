// Listener never removed: a dialog listens to the window's size while it is open. With LEAK, closing it leaves the listener
// in the window's list, and the listener holds the dialog's layout.

#include <stdlib.h>

#include "guest.h"

struct layout {
    int width;
    int columns[17];
};

struct listener {
    struct listener *next;
    void (*resized)(struct layout *layout, int width);
    struct layout *layout;
    int id;
};

static struct listener *listeners;

static void fit(struct layout *layout, int width) {
    layout->width = width;
    layout->columns[0] = width / 2;
}

static NOINLINE struct layout *new_layout(void) {
    return calloc(1, sizeof(struct layout));
}

static NOINLINE void add_listener(struct layout *layout, int id) {
    struct listener *listener = malloc(sizeof *listener);
    *listener = (struct listener){listeners, fit, layout, id};
    listeners = listener;
}

#ifndef LEAK
static NOINLINE void remove_listener(int id) {
    for (struct listener **link = &listeners; *link; link = &(*link)->next) {
        struct listener *listener = *link;
        if (listener->id == id) {
            *link = listener->next;
            free(listener->layout);
            free(listener);
            return;
        }
    }
}
#endif

// Opens a dialog, changes the window's size, and closes the dialog.
int EXPORT(listener_never_removed)(int width) {
    struct layout *layout = new_layout();
    add_listener(layout, 7);
    for (struct listener *listener = listeners; listener; listener = listener->next)
        listener->resized(listener->layout, width);
    int column = layout->columns[0];
#ifndef LEAK
    remove_listener(7);
#endif
    return column;
}
