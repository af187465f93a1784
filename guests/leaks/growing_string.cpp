// Growing string: a journal is one string to which every event is appended. With LEAK, it never starts over.

#include <string>

#include "guest.h"

namespace {

std::string journal;

NOINLINE void append_to_journal(const char *event) {
    journal += event;
}

} // namespace

// Twenty events of fifty letters; gives the journal's length.
extern "C" int EXPORT(growing_string)() {
#ifndef LEAK
    if (journal.size() >= 1000)
        journal.clear();
#endif
    for (int i = 0; i < 20; i++)
        append_to_journal("somebody somewhere opened the door of the fridge \n");
    return journal.size();
}
