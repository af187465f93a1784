// Lost pointer: a window's title is set anew. With LEAK, the only pointer to the old one is written over.

#include <cstring>

#include "guest.h"

namespace {

struct Title {
    explicit Title(const char *text) {
        std::strncpy(this->text, text, sizeof this->text - 1);
    }

    char text[40] = {};
};

class Window {
public:
    NOINLINE void set_title(const char *text) {
#ifndef LEAK
        delete title;
#endif
        title = new Title(text);
    }

    char initial() const { return title->text[0]; }

    void close() {
        delete title;
        title = nullptr;
    }

private:
    Title *title = nullptr;
};

Window window;

} // namespace

// Opens two documents, one after the other, and gives the title's first letter.
extern "C" int EXPORT(lost_pointer)() {
    window.set_title("letter.txt - edited");
    window.set_title("minutes.txt");
    return window.initial();
}

extern "C" void EXPORT(lost_pointer_close)() {
    window.close();
}
