// A feed of cards in a page, as a compiler would have it that numbers its allocation sites. What scrolls out of view is used
// again, or forgotten with -DLEAK.

#include "runtime.h"

enum { LIST, CARD, THUMBNAIL, TITLE, EVENT, TEMPLATE = 8191 };

#define IN_VIEW 20
#define TEMPLATES 12

// By site, as the compiler found them.
const char *alloc_names[SITES] = {
    [LIST] = "feed.ts:12 openFeed",   [CARD] = "card.ts:41 makeCard", [THUMBNAIL] = "card.ts:47 loadThumbnail",
    [TITLE] = "card.ts:44 makeCard",  [EVENT] = "feed.ts:88 onFrame",
};

struct card {
    struct card *next;
    unsigned char *thumbnail;
    char *title;
    uint32_t handles[3];
};

struct event {
    struct event *next;
    uint32_t frame;
};

static struct card **view;
static struct card *unused_cards;
static struct event *events;
static uint32_t dom_handles, first, frames;

static struct card *make_card(void) {
    struct card *card = unused_cards;
    if (card) {
        unused_cards = card->next;
    } else {
        card = alloc(CARD, sizeof *card);
        card->title = alloc(TITLE, 48);
        card->thumbnail = alloc(THUMBNAIL, 64 * 1024);
    }
    // The root, the picture and the title.
    for (int i = 0; i < 3; i++)
        card->handles[i] = dom_handles++;
    card->thumbnail[0] = 1;
    return card;
}

static void drop_card(struct card *card) {
#ifndef LEAK
    dom_handles -= 3;
    card->next = unused_cards;
    unused_cards = card;
#else
    (void)card;
#endif
}

__attribute__((export_name("open"))) void open_feed(void) {
    view = alloc(LIST, IN_VIEW * sizeof *view);
    for (int i = 0; i < IN_VIEW; i++)
        view[i] = make_card();
    // A large program has more sites than there are counters.
    for (uint32_t i = 0; i < TEMPLATES; i++)
        alloc(TEMPLATE + i, 256);
}

__attribute__((export_name("scroll"))) void scroll(uint32_t cards) {
    for (uint32_t i = 0; i < cards; i++) {
        drop_card(view[first]);
        view[first] = make_card();
        first = (first + 1) % IN_VIEW;
    }
}

// Keeps what it has to do, sixty times a second.
__attribute__((export_name("on_frame"))) void on_frame(void) {
    struct event *event = events;
    if (!event)
        event = alloc(EVENT, sizeof *event + 56);
    event->frame = frames++;
#ifndef LEAK
    event->next = 0;
    events = event;
#endif
}

static char *number(char *text, uint32_t value) {
    char digits[10];
    int count = 0;
    do {
        digits[count++] = '0' + value % 10;
        value /= 10;
    } while (value);
    while (count)
        *text++ = digits[--count];
    return text;
}

static char *copy(char *text, const char *from) {
    while (*from)
        *text++ = *from++;
    return text;
}

// {"dom": {"handles": 60}, "frames": 18750}
__attribute__((export_name("stats_json"))) const char *stats_json(void) {
    static char json[64];
    char *end = number(copy(json, "{\"dom\": {\"handles\": "), dom_handles);
    end = number(copy(end, "}, \"frames\": "), frames);
    end = copy(end, "}");
    *end = 0;
    return json;
}
