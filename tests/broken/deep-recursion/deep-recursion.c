// A list that contains itself, and two functions that go through it together.

#include <stdlib.h>

struct node {
    struct node *next;
};

int visit(struct node *node);

// Out of line and not in tail position, so that each call stays on the stack.
__attribute__((noinline)) int visit_next(struct node *node) {
    return visit(node->next) ^ 1;
}

__attribute__((noinline)) int visit(struct node *node) {
    return node ? visit_next(node) + 1 : 0;
}

__attribute__((export_name("count"))) int count(void) {
    struct node *volatile node = malloc(sizeof *node);
    node->next = node;
    return visit(node);
}
