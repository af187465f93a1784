// Early return: a record is read into a buffer. With LEAK, the buffer is a plain one, and the way out for a record that is
// cut short skips `delete`.

#include <cstring>
#include <memory>

#include "guest.h"

namespace {

constexpr size_t BUFFER = 200;

int sum_of_digits(const char *digits, size_t length) {
    int sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += digits[i] - '0';
    return sum;
}

// Gives the sum of a record's digits, or -1 if it does not end in a semicolon.
NOINLINE int read_record(const char *record) {
#ifdef LEAK
    char *buffer = new char[BUFFER]();
#else
    auto owner = std::make_unique<char[]>(BUFFER);
    char *buffer = owner.get();
#endif
    std::strncpy(buffer, record, BUFFER - 1);
    size_t length = std::strlen(buffer);
    if (length == 0 || buffer[length - 1] != ';')
        return -1;
    int sum = sum_of_digits(buffer, length - 1);
#ifdef LEAK
    delete[] buffer;
#endif
    return sum;
}

} // namespace

// Reads three records, of which the second is cut short.
extern "C" int EXPORT(early_return)() {
    return read_record("1234;") + read_record("98") + read_record("5;");
}
