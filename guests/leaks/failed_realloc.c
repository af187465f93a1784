// Realloc overwritten by its failure: a message grows by what its sender claims. With LEAK, the pointer to the message is
// replaced by what `realloc` gives, which is no message when the claim is absurd.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

#define FIRST_PART 200

struct message {
    char *data;
    size_t size;
};

static NOINLINE void begin_message(struct message *message) {
    message->data = malloc(FIRST_PART);
    message->size = FIRST_PART;
    memset(message->data, 'm', FIRST_PART);
}

// Whether there was room for more.
static NOINLINE int extend_message(struct message *message, uint32_t claimed) {
#ifdef LEAK
    message->data = realloc(message->data, message->size + claimed);
    if (!message->data)
        return 0;
#else
    char *data = realloc(message->data, message->size + claimed);
    if (!data)
        return 0;
    message->data = data;
#endif
    memset(message->data + message->size, 'e', claimed);
    message->size += claimed;
    return 1;
}

static NOINLINE int receive(uint32_t claimed) {
    struct message message;
    begin_message(&message);
    int complete = extend_message(&message, claimed);
    free(message.data);
    return complete;
}

// Receives two messages; the second claims more than any memory holds.
int EXPORT(failed_realloc)(void) {
    return receive(300) + receive(UINT32_MAX - 4096);
}
