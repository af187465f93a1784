// Arena freed at once, no leak: the nodes of a formula lie in an arena, and go with it.

#include <stdlib.h>

#include "guest.h"

#define CHUNK 1000

struct chunk {
    struct chunk *next;
    size_t used;
    char room[CHUNK];
};

struct node {
    struct node *left, *right;
    int value;
};

static NOINLINE struct chunk *add_chunk(struct chunk *next) {
    struct chunk *chunk = malloc(sizeof *chunk);
    chunk->next = next;
    chunk->used = 0;
    return chunk;
}

static NOINLINE struct node *add_node(struct chunk **arena, int value) {
    if (!*arena || (*arena)->used + sizeof(struct node) > CHUNK)
        *arena = add_chunk(*arena);
    struct node *node = (struct node *)((*arena)->room + (*arena)->used);
    (*arena)->used += sizeof *node;
    *node = (struct node){NULL, NULL, value};
    return node;
}

static NOINLINE struct node *build(struct chunk **arena, int depth) {
    struct node *node = add_node(arena, depth);
    if (depth > 0) {
        node->left = build(arena, depth - 1);
        node->right = build(arena, depth - 1);
    }
    return node;
}

static int sum(const struct node *node) {
    return node ? node->value + sum(node->left) + sum(node->right) : 0;
}

// Builds a formula of 255 nodes and works it out.
int EXPORT(arena)(void) {
    struct chunk *arena = NULL;
    int result = sum(build(&arena, 7));
    while (arena) {
        struct chunk *next = arena->next;
        free(arena);
        arena = next;
    }
    return result;
}
