// Arena freed at once, no leak: the nodes of a formula lie in an arena, and go with it.

#include <deque>

#include "guest.h"

namespace {

struct Node {
    const Node *left, *right;
    int value;
};

using Arena = std::deque<Node>;

NOINLINE const Node *build(Arena &arena, int depth) {
    const Node *left = depth > 0 ? build(arena, depth - 1) : nullptr;
    const Node *right = depth > 0 ? build(arena, depth - 1) : nullptr;
    return &arena.emplace_back(Node{left, right, depth});
}

int sum(const Node *node) {
    return node ? node->value + sum(node->left) + sum(node->right) : 0;
}

} // namespace

// Builds a formula of 255 nodes and works it out.
extern "C" int EXPORT(arena)() {
    Arena arena;
    return sum(build(arena, 7));
}
