// Map without eviction: sessions are kept by number, in buckets. With LEAK, nobody takes out those that are long over.

#include <stdlib.h>
#include <string.h>

#include "guest.h"

#define BUCKETS 16
#define KEPT 40

struct session {
    struct session *next;
    unsigned id;
    char user[32];
};

static struct session *sessions[BUCKETS];
static unsigned last_id;

static NOINLINE void remember_session(unsigned id) {
    struct session *session = malloc(sizeof *session);
    session->next = sessions[id % BUCKETS];
    session->id = id;
    strcpy(session->user, "anonymous");
    sessions[id % BUCKETS] = session;
}

#ifndef LEAK
static NOINLINE void forget_session(unsigned id) {
    for (struct session **link = &sessions[id % BUCKETS]; *link; link = &(*link)->next) {
        struct session *session = *link;
        if (session->id == id) {
            *link = session->next;
            free(session);
            return;
        }
    }
}
#endif

static int find_session(unsigned id) {
    for (struct session *session = sessions[id % BUCKETS]; session; session = session->next)
        if (session->id == id)
            return 1;
    return 0;
}

// Ten users come; gives whether the first of them is known.
int EXPORT(map_without_eviction)(void) {
    for (int i = 0; i < 10; i++) {
        remember_session(++last_id);
#ifndef LEAK
        forget_session(last_id - KEPT);
#endif
    }
    return find_session(last_id - 9);
}
