// Orphaned node: a task is taken out of the list of tasks. With LEAK, it is unlinked and not freed, and the name that it owns
// goes with it.

#include <stdlib.h>
#include <string.h>

#include "guest.h"

#define NAME 24
#define TASKS 4

struct task {
    struct task *next;
    char *name;
    int id;
    int priority;
};

static struct task *tasks;

static NOINLINE char *copy_name(const char *name) {
    char *copy = malloc(NAME);
    strncpy(copy, name, NAME - 1);
    copy[NAME - 1] = 0;
    return copy;
}

static NOINLINE void add_task(int id) {
    struct task *task = malloc(sizeof *task);
    *task = (struct task){tasks, copy_name("tidy up"), id, id % 3};
    tasks = task;
}

static void free_task(struct task *task) {
    free(task->name);
    free(task);
}

static NOINLINE void remove_task(int id) {
    for (struct task **link = &tasks; *link; link = &(*link)->next) {
        struct task *task = *link;
        if (task->id != id)
            continue;
        *link = task->next;
        task->next = NULL;
#ifndef LEAK
        free_task(task);
#endif
        return;
    }
}

// Adds some tasks, is done with the second of them, and gives the number of the last one.
int EXPORT(orphaned_node)(void) {
    for (int id = 1; id <= TASKS; id++)
        add_task(id);
    int last = tasks->id;
    remove_task(2);
    while (tasks) {
        struct task *task = tasks;
        tasks = task->next;
        free_task(task);
    }
    return last;
}
