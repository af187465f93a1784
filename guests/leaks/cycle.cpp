// Cycle: a document and its window know each other. With LEAK, both own each other, and neither ever goes; without, the
// window only observes the document.

#include <memory>

#include "guest.h"

namespace {

struct Window;

struct Document {
    std::shared_ptr<Window> window;
    char text[56] = "draft";
};

struct Window {
#ifdef LEAK
    std::shared_ptr<Document> document;
#else
    std::weak_ptr<Document> document;
#endif
    char title[32] = "untitled";
};

NOINLINE std::shared_ptr<Document> new_document() {
    return std::make_shared<Document>();
}

NOINLINE void open_window(const std::shared_ptr<Document> &document) {
    document->window = std::make_shared<Window>();
    document->window->document = document;
}

} // namespace

// Opens a document in a window and drops the only handle to it.
extern "C" int EXPORT(cycle)() {
    auto document = new_document();
    open_window(document);
    return document->text[0];
}
