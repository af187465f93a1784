// A small interpreter: nodes evaluate each other through function pointers, however deep, and box every value.

#include <stdlib.h>

#include "workload.h"

struct box {
    uint32_t number;
};

struct node {
    struct box *(*evaluate)(const struct node *node, const struct box *argument);
    uint32_t operand;
    const struct node *left, *right;
};

static struct box *box(uint32_t number) {
    struct box *box = malloc(sizeof *box);
    box->number = number;
    return box;
}

static uint32_t unbox(struct box *box) {
    uint32_t number = box->number;
    free(box);
    return number;
}

static struct box *evaluate(const struct node *node, const struct box *argument) {
    return node->evaluate(node, argument);
}

static struct box *constant(const struct node *node, const struct box *argument) {
    (void)argument;
    return box(node->operand);
}

static struct box *parameter(const struct node *node, const struct box *argument) {
    (void)node;
    return box(argument->number);
}

static struct box *add(const struct node *node, const struct box *argument) {
    uint32_t left = unbox(evaluate(node->left, argument));
    return box(left + unbox(evaluate(node->right, argument)));
}

static struct box *subtract(const struct node *node, const struct box *argument) {
    uint32_t left = unbox(evaluate(node->left, argument));
    return box(left - unbox(evaluate(node->right, argument)));
}

// Only one of the two is evaluated: the left one if the argument is less than the operand.
static struct box *choose(const struct node *node, const struct box *argument) {
    return evaluate(argument->number < node->operand ? node->left : node->right, argument);
}

// Calls the left node as a function, with the right one's value.
static struct box *apply(const struct node *node, const struct box *argument) {
    struct box *value = evaluate(node->right, argument);
    struct box *result = evaluate(node->left, value);
    free(value);
    return result;
}

enum { ONE, TWO, N, N_MINUS_ONE, N_MINUS_TWO, LEFT, RIGHT, SUM, FIBONACCI, NODES };

// fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2)
static const struct node program[NODES] = {
    [ONE] = {constant, 1, NULL, NULL},
    [TWO] = {constant, 2, NULL, NULL},
    [N] = {parameter, 0, NULL, NULL},
    [N_MINUS_ONE] = {subtract, 0, &program[N], &program[ONE]},
    [N_MINUS_TWO] = {subtract, 0, &program[N], &program[TWO]},
    [LEFT] = {apply, 0, &program[FIBONACCI], &program[N_MINUS_ONE]},
    [RIGHT] = {apply, 0, &program[FIBONACCI], &program[N_MINUS_TWO]},
    [SUM] = {add, 0, &program[LEFT], &program[RIGHT]},
    [FIBONACCI] = {choose, 2, &program[N], &program[SUM]},
};

uint32_t run(uint32_t n) {
    struct box *argument = box(n);
    uint32_t result = unbox(evaluate(&program[FIBONACCI], argument));
    free(argument);
    return result;
}
