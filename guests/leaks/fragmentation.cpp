// Fragmentation by interleaving: of a text that is read line by line only a token a line stays. With LEAK, tokens are taken
// while the lines are read, so that each lies between two lines; without, once all lines are read. The same blocks live at
// the same times, but what the lines leave is a hundred holes, or one in which a picture has room.

#include <array>
#include <cstring>
#include <memory>

#include "guest.h"

namespace {

constexpr int LINES = 100;

using Line = std::array<char, 4000>;
using Token = std::array<char, 24>;

std::array<std::unique_ptr<Line>, LINES> lines;
std::array<std::unique_ptr<Token>, LINES> tokens;
size_t pictures;

NOINLINE void read_line(int number) {
    lines[number] = std::make_unique<Line>();
    lines[number]->fill('a' + number % 26);
}

NOINLINE void take_token(int number) {
    tokens[number] = std::make_unique<Token>();
    std::memcpy(tokens[number]->data(), lines[number]->data(), sizeof(Token));
}

NOINLINE int draw_picture(size_t size) {
    auto picture = std::make_unique<char[]>(size);
    std::memset(picture.get(), 1, size);
    return picture[size / 2];
}

} // namespace

// Reads the text; gives the last token's first letter.
extern "C" int EXPORT(fragmentation_open)() {
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
    for (auto &line : lines)
        line.reset();
    return tokens.back()->front();
}

// Draws a picture, each a little larger than the one before, up to twenty times the first one's size.
extern "C" int EXPORT(fragmentation)() {
    size_t size = pictures % 20 + 1;
    pictures++;
    return draw_picture(size * 16000);
}

extern "C" void EXPORT(fragmentation_close)() {
    for (auto &token : tokens)
        token.reset();
}
