// Exception path: a file is decoded into a buffer, and what decodes it throws. With LEAK, the buffer is a plain one, which no
// destructor gives back on that way out.

#include <memory>

#include "guest.h"

namespace {

struct Corrupt {
    int where;
};

constexpr int BUFFER = 200;

NOINLINE int decode(const char *file, char *buffer) {
    int length = 0;
    for (; file[length]; length++) {
        if (file[length] == '?')
            throw Corrupt{length};
        buffer[length] = file[length] ^ 1;
    }
    return length;
}

NOINLINE int load_file(const char *file) {
#ifdef LEAK
    char *buffer = new char[BUFFER];
    int length = decode(file, buffer);
    delete[] buffer;
    return length;
#else
    auto buffer = std::make_unique<char[]>(BUFFER);
    return decode(file, buffer.get());
#endif
}

} // namespace

// Loads a file, and one that cannot be decoded.
extern "C" int EXPORT(exception_path)() {
    int length = load_file("hello");
    try {
        return length + load_file("wor?d");
    } catch (...) {
        return -length;
    }
}
