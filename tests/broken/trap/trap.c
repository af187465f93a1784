// Gives up several calls deep, while blocks are live.

#include <stdlib.h>

struct section {
    char *name;
    int entries;
};

static void *volatile text;

static int parse_entry(const char *line) {
    if (line[0] == '!')
        __builtin_trap();
    return 1;
}

static void parse_section(struct section *section, const char *line) {
    section->name = malloc(32);
    section->entries += parse_entry(line);
}

__attribute__((export_name("load"))) int load(void) {
    text = malloc(4096);
    struct section *section = calloc(1, sizeof *section);
    parse_section(section, "one");
    parse_section(section, "!");
    return section->entries;
}
