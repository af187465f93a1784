// Map without eviction: sessions are kept by number. With LEAK, nobody takes out those that are long over.

#include <string>
#include <unordered_map>

#include "guest.h"

namespace {

struct Session {
    char user[32] = "anonymous";
};

std::unordered_map<unsigned, Session> sessions;
unsigned last_id;

NOINLINE void remember_session(unsigned id) {
    sessions.emplace(id, Session{});
}

#ifndef LEAK
NOINLINE void forget_session(unsigned id) {
    sessions.erase(id);
}
#endif

} // namespace

// Ten users come, and the forty latest are known; gives whether the first of the ten is.
extern "C" int EXPORT(map_without_eviction)() {
    for (int i = 0; i < 10; i++) {
        remember_session(++last_id);
#ifndef LEAK
        forget_session(last_id - 40);
#endif
    }
    return sessions.count(last_id - 9);
}
