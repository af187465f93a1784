// Statics of all sorts, as C has them: where each lies, what it is called and what in it may point at a block.

#include <stdbool.h>
#include <stdlib.h>

struct node {
    struct node *next;
    int value;
    char *label;
};

typedef struct node node_t;

enum colour { RED, GREEN, BLUE };

union any {
    double number;
    char *text;
    struct node *node;
};

struct options {
    unsigned quiet : 1;
    unsigned level : 7;
    enum colour colour;
    bool verbose;
    float ratio;
    const char *name;
    void (*changed)(int);
};

struct table {
    size_t count;
    node_t *buckets[8];
    struct {
        void *user;
        long long stamp;
    } hooks[2];
};

node_t *head;
static struct node first = {NULL, 1, NULL};
static struct table table;
static union any anything;
static struct options options = {1, 3, GREEN, true, 0.5f, "options", NULL};
static char *const volatile lines[4];
static int counts[3][5];
static size_t token;
static double average = 1.0;
static unsigned char flags[16];
static void *opaque;
struct hidden *hidden;
_Thread_local node_t *current;

static void *keep(size_t size) {
    void *volatile block = malloc(size);
    return block;
}

// Has statics of its own. Clang 14 forgets whose they are where it inlines the function.
__attribute__((noinline)) static int tick(void) {
    static int count = 7;
    static node_t *last;
    last = head;
    return last ? ++count : count;
}

__attribute__((export_name("push"))) int push(int value) {
    node_t *node = keep(sizeof *node);
    if (!node)
        return -1;
    node->next = head;
    node->value = value;
    node->label = lines[value & 3];
    current = node;
    head = node;
    table.buckets[value & 7] = node;
    table.hooks[value & 1].user = node;
    table.count++;
    anything.node = node;
    opaque = node;
    hidden = opaque;
    token = (size_t)node;
    counts[0][value % 5]++;
    flags[value & 15] = (unsigned char)value;
    average = (average + value) / 2;
    first.next = node;
    options.level++;
    return tick();
}

__attribute__((export_name("check"))) int check(void) {
    int sum = first.next == head && current == head && opaque == (void *)hidden && token == (size_t)head;
    for (int i = 0; i < 5; i++)
        sum += counts[0][i] + counts[2][i] + flags[i];
    if (options.changed)
        options.changed(sum);
    return sum + (int)options.level + (int)average + (anything.node == table.buckets[0]);
}
