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

NOINLINE int save_changes() {
    std::string change(72, 'c');
    return change.size();
}

} // namespace

extern "C" int EXPORT(high_water)() {
    return ++saves % 5 == 0 ? pack_document() : save_changes();
}
