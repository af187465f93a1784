// Every form of operator new and delete; each function says what it asks for.

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <vector>

#define EXPORT(name) extern "C" __attribute__((export_name(#name))) void name()

namespace {

struct Small {
    char data[24];
};

struct alignas(64) Aligned {
    char data[64];
};

// With a destructor, so that an array keeps its length in front of it.
struct Counted {
    static int alive;
    char data[8];
    Counted() { alive++; }
    ~Counted() { alive--; }
};

int Counted::alive = 0;

// What a volatile pointer points to escapes: clang removes a new and delete whose pointer it can follow.
template <typename T> T *escape(T *pointer) {
    T *volatile escaped = pointer;
    return escaped;
}

} // namespace

// 1 block of 24 bytes, given back with its size.
EXPORT(single) {
    delete escape(new Small);
}

// 1 block of 24 bytes, given back without its size.
EXPORT(unsized_delete) {
    operator delete(escape(operator new(24)));
}

// 1 block of 10 x 24 bytes.
EXPORT(array) {
    delete[] escape(new Small[10]);
}

// 1 block of 4 + 10 x 8 bytes: the length, and the elements.
EXPORT(array_with_length) {
    delete[] escape(new Counted[10]);
}

// 2 blocks of 64 and 3 x 64 bytes, at multiples of 64.
EXPORT(aligned) {
    delete escape(new Aligned);
    delete[] escape(new Aligned[3]);
}

// 2 blocks of 24 and 5 x 24 bytes.
EXPORT(nothrow) {
    delete escape(new (std::nothrow) Small);
    delete[] escape(new (std::nothrow) Small[5]);
}

// 1 block of 64 bytes, at a multiple of 64, and given back in the form for it.
EXPORT(aligned_nothrow) {
    const std::align_val_t alignment{64};
    void *block = escape(operator new(64, alignment, std::nothrow));
    operator delete(block, alignment, std::nothrow);
}

// No block at all: the object lies in memory that is there.
EXPORT(placement) {
    alignas(Small) static char memory[sizeof(Small)];
    escape(new (memory) Small)->~Small();
}

// 7 blocks, of 1, 2, 4 and up to 64 times 4 bytes.
EXPORT(vector) {
    std::vector<int> numbers;
    for (int i = 0; i < 64; i++)
        numbers.push_back(i);
    escape(numbers.data());
}

// 1 block of 112 bytes: 100 letters and the end, rounded up.
EXPORT(string) {
    std::string text(100, 'a');
    escape(&text[0]);
}

// 1 block of 64 bytes that is never given back.
EXPORT(leaked) {
    escape(new Aligned);
}
