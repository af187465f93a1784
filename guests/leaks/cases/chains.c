// As leak-cases: the nine ways from a root to one block, A, and on to another, B, that memcheck's manual tells apart. An arrow
// with a question mark is a pointer into the midst of a block.
//
//        from the root         A                  B
//     1  root ---> A           still reachable
//     2  root ---> A ---> B    still reachable    still reachable
//     3            A           definitely lost
//     4            A ---> B    definitely lost    indirectly lost
//     5  root -?-> A           possibly lost
//     6  root ---> A -?-> B    still reachable    possibly lost
//     7  root -?-> A ---> B    possibly lost      possibly lost
//     8  root -?-> A -?-> B    possibly lost      possibly lost
//     9            A -?-> B    definitely lost    indirectly lost

#include "case.h"

#define ALL 9

struct link {
    POINTER(struct link, next);
};

static struct link *volatile roots[ALL + 1];

// Two links, so that there is a midst to point to: 16 bytes.
static NOINLINE struct link *new_block(struct link *next) {
    struct link *block = malloc(2 * sizeof *block);
    block[0].next = next;
    block[1].next = NULL;
    return block;
}

static NOINLINE void build_chain(int number) {
    int has_second = number != 1 && number != 3 && number != 5;
    int second_midst = number == 6 || number >= 8;
    int is_rooted = number <= 2 || (number >= 5 && number <= 8);
    int first_midst = number == 5 || number == 7 || number == 8;
    struct link *second = has_second ? new_block(NULL) : NULL;
    struct link *first = new_block(has_second ? second + second_midst : NULL);
    roots[number] = is_rooted ? first + first_midst : NULL;
}

// One of the nine, or all of them if it is 0.
void EXPORT(chains)(int number) {
    for (int i = 1; i <= ALL; i++)
        if (number == 0 || number == i)
            build_chain(i);
}
