// A document and its window, each knowing the other. With LEAK both own each other, and neither ever goes;
// without, the window only observes the document.

#include <memory>

namespace {

struct Window;

struct Document {
    std::shared_ptr<Window> window;
    char text[200];
};

#ifdef LEAK
using Back = std::shared_ptr<Document>;
#else
using Back = std::weak_ptr<Document>;
#endif

struct Window {
    Back document;
    char title[40];
};

std::shared_ptr<Document> open_document() {
    auto document = std::make_shared<Document>();
    document->window = std::make_shared<Window>();
    document->window->document = document;
    return document;
}

} // namespace

// Opens a document and drops the only handle to it, `count` times.
extern "C" __attribute__((export_name("browse"))) void browse(int count) {
    for (int i = 0; i < count; i++)
        open_document();
}
