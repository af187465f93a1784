// A command that works, and then ends as its first argument says: "return", "fail" or "exit". What the library makes of its
// arguments is never freed, and is no leak; what `main` holds when somebody calls exit is in locals that nobody can see.

#include <stdlib.h>
#include <string.h>

__attribute__((noinline)) static int work(const char *how) {
  char *volatile copy = malloc(strlen(how) + 1);
  strcpy(copy, how);
  if (copy[0] == 'e')
    exit(0);
  int failed = copy[0] == 'f';
  free(copy);
  return failed;
}

int main(int count, char **arguments) {
  return count > 1 ? work(arguments[1]) : 0;
}
