// As leak-segv-jmp: a large block full of pointers to itself, and a small one to which one word in its midst points. Memcheck's
// test makes that word undefined, or its page unreadable; here it is overwritten.

#include "case.h"

#define SIZE 200000
#define WORDS (SIZE / sizeof(char *))

static char **volatile large;
static char *volatile midsts[3];

static void fill(void) {
    char **words = calloc(WORDS, sizeof *words);
    for (size_t i = 0; i < WORDS; i++)
        words[i] = (char *)words;
    words[4000] = malloc(1000);
    large = words;
}

// 1: both can be reached. 2: the small one is lost. 3: and another large one has only pointers into its midst.
void EXPORT(large_block)(int steps) {
    fill();
    if (steps >= 2)
        large[4000] = (char *)large;
    if (steps >= 3) {
        char *other = calloc(WORDS, sizeof(char *));
        midsts[0] = other + sizeof(size_t);
        midsts[1] = other + sizeof(unsigned long long);
        midsts[2] = other + 3 * sizeof(size_t);
    }
}
