// Binary trees, built and dropped by functions that call themselves.

#include <stdlib.h>

#include "workload.h"

enum { DEPTH = 12 };

struct tree {
    struct tree *left, *right;
};

static struct tree *grow(uint32_t depth) {
    struct tree *tree = malloc(sizeof *tree);
    tree->left = depth ? grow(depth - 1) : NULL;
    tree->right = depth ? grow(depth - 1) : NULL;
    return tree;
}

static uint32_t count(const struct tree *tree) {
    return tree ? 1 + count(tree->left) + count(tree->right) : 0;
}

static void drop(struct tree *tree) {
    if (!tree)
        return;
    drop(tree->left);
    drop(tree->right);
    free(tree);
}

uint32_t run(uint32_t n) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct tree *tree = grow(DEPTH);
        sum += count(tree);
        drop(tree);
    }
    return sum;
}
