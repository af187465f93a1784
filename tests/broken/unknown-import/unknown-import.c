// Asks its host for something that only a page has.

#include <stdlib.h>

__attribute__((import_module("page"), import_name("width"))) int page_width(void);

static void *volatile row;

__attribute__((export_name("draw"))) void draw(void) {
    row = malloc(page_width() * 4);
    free(row);
}
