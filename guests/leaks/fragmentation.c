// Fragmentation by interleaving: of a text that is read line by line only a token a line stays. With LEAK, tokens are taken
// while the lines are read, so that each lies between two lines; without, once all lines are read. The same blocks live at
// the same times, but what the lines leave is a hundred holes, or one in which a picture has room.

#include <stdlib.h>
#include <string.h>

#include "guest.h"

#define LINES 100
#define LINE 4000
#define TOKEN 24
#define PICTURE 16000

static char *lines[LINES];
static char *tokens[LINES];
static size_t pictures;

static NOINLINE void read_line(int number) {
    lines[number] = malloc(LINE);
    memset(lines[number], 'a' + number % 26, LINE);
}

static NOINLINE void take_token(int number) {
    tokens[number] = malloc(TOKEN);
    memcpy(tokens[number], lines[number], TOKEN);
}

// Reads the text; gives the last token's first letter.
int EXPORT(fragmentation_open)(void) {
    for (int number = 0; number < LINES; number++) {
        read_line(number);
#ifdef LEAK
        take_token(number);
#endif
    }
#ifndef LEAK
    for (int number = 0; number < LINES; number++)
        take_token(number);
#endif
    for (int number = 0; number < LINES; number++)
        free(lines[number]);
    return tokens[LINES - 1][0];
}

static NOINLINE int draw_picture(size_t size) {
    char *picture = malloc(size);
    memset(picture, 1, size);
    int dot = picture[size / 2];
    free(picture);
    return dot;
}

// Draws a picture, each a little larger than the one before, up to twenty times the first one's size.
int EXPORT(fragmentation)(void) {
    size_t size = pictures % 20 + 1;
    pictures++;
    return draw_picture(size * PICTURE);
}

void EXPORT(fragmentation_close)(void) {
    for (int number = 0; number < LINES; number++)
        free(tokens[number]);
}
