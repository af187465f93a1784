// Statics of all sorts, as C++ has them.

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace feed {

struct Event {
    std::string name;
    Event *next = nullptr;
};

struct Base {
    virtual ~Base() = default;
    int id = 0;
};

struct Listener : Base {
    Event *last = nullptr;
    Event &first;
    explicit Listener(Event &event) : first(event) {}
};

template <typename T> struct Pool {
    T *free_list = nullptr;
    unsigned char used = 0;
    static Pool shared;
};

template <typename T> Pool<T> Pool<T>::shared;

namespace {
std::vector<Event> events;
}

std::map<std::string, std::unique_ptr<Event>> by_name;
static std::shared_ptr<Event> latest;

class Cache {
public:
    // Clang 14 forgets whose its static is where it inlines the function.
    __attribute__((noinline)) static Cache &instance() {
        static Cache cache;
        return cache;
    }
    static inline Event *hot = nullptr;
    static int hits;
    std::vector<Event *> kept;
};

int Cache::hits = 3;

static Event origin;
Listener listener(origin);

} // namespace feed

extern "C" __attribute__((export_name("insert"))) int insert(int value) {
    using namespace feed;
    auto event = std::make_unique<Event>();
    event->name = std::to_string(value) + " is longer than what a string holds in itself";
    Cache::hot = listener.last = event.get();
    Cache::instance().kept.push_back(event.get());
    Pool<Event>::shared.free_list = event.get();
    Pool<Event>::shared.used++;
    events.push_back(*event);
    latest = std::make_shared<Event>(*event);
    by_name[event->name] = std::move(event);
    return ++Cache::hits;
}

extern "C" __attribute__((export_name("check"))) int check() {
    using namespace feed;
    return latest && Cache::hot == listener.last && Pool<Event>::shared.free_list ? Pool<Event>::shared.used : 0;
}
