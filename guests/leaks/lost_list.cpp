// Lost list head: the lines of a page own each other in turn. With LEAK, the page is cleared by releasing its first line
// instead of destroying it, so that the first line is lost and all others with it.

#include <cstring>
#include <memory>

#include "guest.h"

namespace {

struct Line {
    std::unique_ptr<Line> next;
    int number = 0;
    char text[32] = {};
};

class Page {
public:
    NOINLINE void add_line(int number) {
        auto line = std::make_unique<Line>();
        line->number = number;
        std::strcpy(line->text, "all work and no play");
        line->next = std::move(first);
        first = std::move(line);
    }

    NOINLINE void clear_page() {
#ifdef LEAK
        (void)first.release();
#else
        first.reset();
#endif
    }

    int top() const { return first->number; }

private:
    std::unique_ptr<Line> first;
};

Page page;

} // namespace

// Writes a page of five lines and clears it; gives the number of the line on top.
extern "C" int EXPORT(lost_list)() {
    for (int i = 1; i <= 5; i++)
        page.add_line(i);
    int top = page.top();
    page.clear_page();
    return top;
}
