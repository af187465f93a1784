// As little as a frame can cost: for measuring what a tick of the idle time costs besides the guest.

#include <stdlib.h>

static unsigned frames;
static void *volatile window;

__attribute__((export_name("init"))) void init(void) {
    window = malloc(1000);
}

__attribute__((export_name("on_frame"))) void on_frame(void) {
    frames++;
}

__attribute__((export_name("frames"))) unsigned frame_count(void) {
    return frames;
}
