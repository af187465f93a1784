// An editor with one step of undo. Edit and undo by turns, and memory stays as it is; edit twice in a row, and with LEAK the
// first of the two is forgotten. Each operation alone is stable as well: what grows, grows by their order.

#include <stdlib.h>
#include <string.h>

static char *undone;
static size_t length;

__attribute__((export_name("edit"))) void edit(int bytes) {
  char *before = malloc(bytes);
  memset(before, 'x', bytes);
#ifndef LEAK
  free(undone);
#endif
  undone = before;
  length = bytes;
}

__attribute__((export_name("undo"))) void undo(void) {
  free(undone);
  undone = NULL;
  length = 0;
}

__attribute__((export_name("save"))) size_t save(void) {
  return undone ? length + undone[0] : 0;
}
