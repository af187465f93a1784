// Forgotten release: a buffer is handed to a callback as a plain pointer, as interfaces in C want it, and is owned by whoever
// gets it back. With LEAK, nobody takes it back.

#include <cstring>
#include <memory>

#include "guest.h"

namespace {

struct Request {
    int id;
    char address[68];
};

using Callback = int (*)(void *context);

// Stands for a library in C.
NOINLINE int post(Callback done, void *context) {
    return done(context);
}

int answered(void *context) {
    auto *request = static_cast<Request *>(context);
#ifndef LEAK
    std::unique_ptr<Request> owned(request);
#endif
    return request->id;
}

NOINLINE int send_request(int id) {
    auto request = std::make_unique<Request>();
    request->id = id;
    std::strcpy(request->address, "example.org");
    return post(answered, request.release());
}

} // namespace

// Sends a request and gives its number once it is answered.
extern "C" int EXPORT(forgotten_release)(int id) {
    return send_request(id);
}
