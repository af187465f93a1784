// `operator new` calls `malloc`, which calls `dlmalloc`; `calloc` and the aligned forms go to it directly. A block is
// counted once, by whichever layer was called from outside.

#include <cstdlib>
#include <new>

struct alignas(64) Line {
    char bytes[64];
};

template <typename T> __attribute__((noinline)) void touch(T *volatile) {}

__attribute__((export_name("main"))) extern "C" void run() {
    auto *array = new char[10];
    touch(array);
    delete[] array;

    auto *line = new Line;
    touch(line);
    delete line;

    auto *zeros = static_cast<char *>(calloc(3, 10));
    touch(zeros);
    free(zeros);

    void *aligned;
    posix_memalign(&aligned, 64, 40);
    touch(aligned);
    touch(malloc(50));
}
