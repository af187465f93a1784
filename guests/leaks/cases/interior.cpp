// As leak_cpp_interior: pointers into the midst of blocks that are as good as pointers to their starts, since C++ made them so.
// Memcheck calls their blocks possibly lost, or still reachable where its heuristics know the pattern.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "case.h"

namespace {

// Has a destructor, so that an array of them begins with their number.
struct Item {
    char letter;
    int number;
    ~Item() { number = 0; }
};

// Two bases each; those of the second kind have data.
struct Left {
    virtual ~Left() = default;
};
struct Right {
    virtual ~Right() = default;
};
struct Both : Left, Right {};

struct LeftData {
    char letter = 'l';
    virtual ~LeftData() = default;
};
struct RightData {
    char letter = 'r';
    virtual ~RightData() = default;
};
struct BothData : LeftData, RightData {
    char letter = 'b';
};

// What stands before the letters of a string that is shared until somebody writes to it.
struct Header {
    size_t length, capacity;
    int others;
};

NOINLINE char *new_string(const char *letters) {
    size_t length = std::strlen(letters);
    auto *header = static_cast<Header *>(std::malloc(sizeof(Header) + length + 1));
    *header = {length, length, 0};
    return static_cast<char *>(std::memcpy(header + 1, letters, length + 1));
}

// A block whose first eight bytes say how many follow.
NOINLINE void *new_counted(uint64_t size) {
    auto *count = static_cast<uint64_t *>(std::malloc(sizeof(uint64_t) + size));
    *count = size;
    return count + 1;
}

struct {
    char *string, *other_string;
    Item *items, *no_items;
    void *counted;
    Left *left;
    Right *right;
    LeftData *left_data;
    RightData *right_data;
} volatile roots;

} // namespace

extern "C" void EXPORT(interior)() {
    roots.string = new_string("fifteen letters");
    roots.other_string = new_string("fifteen letters, and some more\n");
    roots.items = new Item[3];
    roots.no_items = new Item[0];
    roots.counted = new_counted(23);
    roots.right = new Both;
    roots.left = new Both;
    roots.right_data = new BothData;
    roots.left_data = new BothData;
}
