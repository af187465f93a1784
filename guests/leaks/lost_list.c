// Lost list head: the lines of a page are a list. With LEAK, the page is cleared by forgetting where it starts, so that the
// first line is lost and all others with it.

#include <stdlib.h>
#include <string.h>

#include "guest.h"

#define LINES 5

struct line {
    struct line *next;
    int number;
    char text[32];
};

static struct line *page;

static NOINLINE void add_line(int number) {
    struct line *line = malloc(sizeof *line);
    line->next = page;
    line->number = number;
    strcpy(line->text, "all work and no play");
    page = line;
}

static NOINLINE void clear_page(void) {
#ifndef LEAK
    while (page) {
        struct line *next = page->next;
        free(page);
        page = next;
    }
#endif
    page = NULL;
}

// Writes a page and clears it; gives the number of the line on top.
int EXPORT(lost_list)(void) {
    for (int i = 1; i <= LINES; i++)
        add_line(i);
    int top = page->number;
    clear_page();
    return top;
}
