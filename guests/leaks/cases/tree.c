// As leak-tree: a tree of seven blocks, of which a leaf and a branch with two leaves are cut off.

#include "case.h"

struct node {
    POINTER(struct node, left);
    POINTER(struct node, right);
};

static struct node *volatile root;

static NOINLINE struct node *new_node(void) {
    struct node *node = malloc(sizeof *node);
    node->left = node->right = NULL;
    return node;
}

void EXPORT(tree)(void) {
    root = new_node();
    root->left = new_node();
    root->right = new_node();
    root->left->left = new_node();
    root->left->right = new_node();
    root->right->left = new_node();
    root->right->right = new_node();

    root->left->left = NULL;
    root->right = NULL;
}
