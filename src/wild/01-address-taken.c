// Nobody calls an allocator by its name: its address is taken, and stands in a table.

#include <stdlib.h>

struct allocator {
    void *(*allocate)(size_t size);
    void *(*resize)(void *block, size_t size);
    void (*release)(void *block);
};

static const struct allocator *volatile allocator = &(const struct allocator){malloc, realloc, free};

static void *copy(size_t size) { return allocator->allocate(size); }

__attribute__((export_name("main"))) void run(void) {
    allocator->release(copy(10));
    allocator->release(allocator->resize(copy(20), 40));
    copy(30);
}
