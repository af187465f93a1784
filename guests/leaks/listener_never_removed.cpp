// Listener never removed: a dialog listens to the window's size while it is open. With LEAK, closing it leaves the listener
// in the window's list, and the listener holds the dialog's layout.

#include <functional>
#include <list>
#include <memory>

#include "guest.h"

namespace {

struct Layout {
    int width = 0;
    int columns[17] = {};
};

using Listener = std::function<void(int width)>;

std::list<Listener> listeners;

NOINLINE std::shared_ptr<Layout> new_layout() {
    return std::make_shared<Layout>();
}

NOINLINE std::list<Listener>::iterator add_listener(std::shared_ptr<Layout> layout) {
    return listeners.insert(listeners.end(), [layout](int width) {
        layout->width = width;
        layout->columns[0] = width / 2;
    });
}

} // namespace

// Opens a dialog, changes the window's size, and closes the dialog.
extern "C" int EXPORT(listener_never_removed)(int width) {
    auto layout = new_layout();
    [[maybe_unused]] auto listener = add_listener(layout);
    for (const auto &resized : listeners)
        resized(width);
#ifndef LEAK
    listeners.erase(listener);
#endif
    return layout->columns[0];
}
