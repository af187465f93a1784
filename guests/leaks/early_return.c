// Early return: a record is read into a buffer. With LEAK, the way out for a record that is cut short skips `free`.

#include <stdlib.h>
#include <string.h>

#include "guest.h"

#define BUFFER 200

// Gives the sum of a record's digits, or -1 if it does not end in a semicolon.
static NOINLINE int read_record(const char *record) {
    char *buffer = malloc(BUFFER);
    strncpy(buffer, record, BUFFER - 1);
    buffer[BUFFER - 1] = 0;
    size_t length = strlen(buffer);
    if (length == 0 || buffer[length - 1] != ';') {
#ifndef LEAK
        free(buffer);
#endif
        return -1;
    }
    int sum = 0;
    for (size_t i = 0; i < length - 1; i++)
        sum += buffer[i] - '0';
    free(buffer);
    return sum;
}

// Reads three records, of which the second is cut short.
int EXPORT(early_return)(void) {
    return read_record("1234;") + read_record("98") + read_record("5;");
}
