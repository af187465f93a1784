// Orphaned node: a task is taken out of the list of tasks. With LEAK, it is unlinked and not deleted, and the name that it
// owns goes with it.

#include <cstring>
#include <memory>

#include "guest.h"

namespace {

struct Task {
    Task *next;
    std::unique_ptr<char[]> name;
    int id;
    int priority;
};

class Tasks {
public:
    NOINLINE void add_task(int id) {
        first = new Task{first, copy_name("tidy up"), id, id % 3};
    }

    NOINLINE void remove_task(int id) {
        for (Task **link = &first; *link; link = &(*link)->next) {
            Task *task = *link;
            if (task->id != id)
                continue;
            *link = task->next;
            task->next = nullptr;
#ifndef LEAK
            delete task;
#endif
            return;
        }
    }

    int last() const { return first->id; }

    void clear() {
        while (Task *task = first) {
            first = task->next;
            delete task;
        }
    }

private:
    static NOINLINE std::unique_ptr<char[]> copy_name(const char *name) {
        auto copy = std::make_unique<char[]>(24);
        std::strncpy(copy.get(), name, 23);
        return copy;
    }

    Task *first = nullptr;
};

Tasks tasks;

} // namespace

// Adds some tasks, is done with the second of them, and gives the number of the last one.
extern "C" int EXPORT(orphaned_node)() {
    for (int id = 1; id <= 4; id++)
        tasks.add_task(id);
    int last = tasks.last();
    tasks.remove_task(2);
    tasks.clear();
    return last;
}
