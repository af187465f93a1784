// A recursive descent parser whose functions call each other through a table: a value holds values, however deep.

#include <stdlib.h>
#include <string.h>

enum kind { NUMBER, LIST, OBJECT };

struct value {
    enum kind kind;
    int number;
    char *name;          // in an object
    struct value *first; // in this one
    struct value *next;  // beside this one
};

struct parser {
    char first;
    struct value *(*parse)(const char **text);
};

static struct value *parse_list(const char **text);
static struct value *parse_object(const char **text);
static struct value *parse_number(const char **text);

static const struct parser parsers[] = {
    {'[', parse_list},
    {'{', parse_object},
    {0, parse_number},
};

static struct value *new_value(enum kind kind) {
    struct value *value = calloc(1, sizeof *value);
    value->kind = kind;
    return value;
}

static struct value *parse_value(const char **text) {
    const struct parser *parser = parsers;
    while (parser->first && parser->first != **text)
        parser++;
    return parser->parse(text);
}

static struct value *parse_number(const char **text) {
    struct value *value = new_value(NUMBER);
    while (**text >= '0' && **text <= '9')
        value->number = value->number * 10 + (*(*text)++ - '0');
    return value;
}

// Passes over a comma, or over what ends the list or object.
static int is_followed_by_another(const char **text, char end) {
    int ends = **text == end;
    if (ends || **text == ',')
        (*text)++;
    return !ends;
}

static struct value *parse_list(const char **text) {
    struct value *list = new_value(LIST);
    struct value **end = &list->first;
    (*text)++; // the bracket
    while (is_followed_by_another(text, ']')) {
        *end = parse_value(text);
        end = &(*end)->next;
    }
    return list;
}

// Names are single letters.
static char *parse_name(const char **text) {
    char *name = malloc(2);
    name[0] = *(*text)++;
    name[1] = 0;
    (*text)++; // the colon
    return name;
}

static struct value *parse_object(const char **text) {
    struct value *object = new_value(OBJECT);
    struct value **end = &object->first;
    (*text)++; // the brace
    while (is_followed_by_another(text, '}')) {
        char *name = parse_name(text);
        *end = parse_value(text);
        (*end)->name = name;
        end = &(*end)->next;
    }
    return object;
}

static void free_value(struct value *value) {
    while (value) {
        struct value *next = value->next;
        free_value(value->first);
        free(value->name);
        free(value);
        value = next;
    }
}

// Ten values and two names.
static const char sample[] = "[1,[2,[3,{a:4,b:[5]}]]]";

// Parses the sample and gives it back: 12 blocks.
__attribute__((export_name("parse_sample"))) void parse_sample(void) {
    const char *text = sample;
    free_value(parse_value(&text));
}

// Parses a list in a list in a list, so deep: a block for each, and one for the text.
__attribute__((export_name("parse_nested"))) void parse_nested(int depth) {
    char *nested = malloc(2 * depth + 1);
    memset(nested, '[', depth);
    memset(nested + depth, ']', depth);
    nested[2 * depth] = 0;
    const char *text = nested;
    free_value(parse_value(&text));
    free(nested);
}
