// High-water peak, no leak: every fifth save packs the whole document, which takes much for a moment; none of it stays.

#include <string>
#include <vector>

#include "guest.h"

namespace {

int saves;

NOINLINE int pack_document() {
    std::vector<std::string> parts;
    for (int i = 0; i < 40; i++)
        parts.emplace_back(5000, 'a' + i % 26);
    int size = 0;
    for (const auto &part : parts)
        size += part.size();
    return size;
}

// Not inlined, so that the string is a block: clang leaves out a `new` and `delete` whose pointer it can follow.
NOINLINE int write_down(const std::string &change) {
    return change.size();
}

NOINLINE int save_changes() {
    return write_down(std::string(72, 'c'));
}

} // namespace

extern "C" int EXPORT(high_water)() {
    return ++saves % 5 == 0 ? pack_document() : save_changes();
}
