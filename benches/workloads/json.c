// A JSON document, parsed to a tree of values and dropped.

#include <stdlib.h>
#include <string.h>

#include "workload.h"

enum { RECORDS = 200, CAPACITY = 64 * 1024 };

enum kind { LITERAL, NUMBER, STRING, ARRAY, OBJECT };

struct value {
    enum kind kind;
    double number;
    char *string;
    struct value *first; // in this one
    struct value *next;  // beside this one
    char *key;           // in an object
};

// The document: records as a server would send them.

static char document[CAPACITY];

static char *put(char *end, const char *text) {
    size_t length = strlen(text);
    memcpy(end, text, length);
    return end + length;
}

static char *put_number(char *end, uint32_t number) {
    char digits[10];
    int count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count)
        *end++ = digits[--count];
    return end;
}

static void write_document(void) {
    static const char *const names[] = {"Ada", "Grace Hopper", "Edsger W. Dijkstra", "Barbara Liskov"};
    uint32_t state = 88172645;
    char *end = put(document, "[");
    for (uint32_t i = 0; i < RECORDS; i++) {
        end = put(end, i ? ", {\"id\": " : "{\"id\": ");
        end = put_number(end, next_random(&state));
        end = put(end, ", \"name\": \"");
        end = put(end, names[next_random(&state) % 4]);
        end = put(end, "\", \"active\": true, \"parent\": null, \"scores\": [");
        for (uint32_t count = next_random(&state) % 8; count; count--) {
            end = put_number(end, next_random(&state) % 100);
            end = put(end, ".5, ");
        }
        end = put(end, "0], \"home\": {\"city\": \"Turin\", \"at\": {\"x\": 45, \"y\": 7.7}}}");
    }
    *put(end, "]") = 0;
}

// The parser: recursive descent, no errors.

static struct value *parse_value(const char **text);

static void skip_spaces(const char **text) {
    while (**text == ' ')
        (*text)++;
}

static struct value *new_value(enum kind kind) {
    struct value *value = calloc(1, sizeof *value);
    value->kind = kind;
    return value;
}

static char *parse_string(const char **text) {
    const char *start = ++*text;
    while (**text != '"')
        (*text)++;
    size_t length = (size_t)(*text - start);
    (*text)++;
    char *string = malloc(length + 1);
    memcpy(string, start, length);
    string[length] = 0;
    return string;
}

static struct value *parse_number(const char **text) {
    struct value *value = new_value(NUMBER);
    double scale = 1;
    int fraction = 0;
    for (; (**text >= '0' && **text <= '9') || **text == '.'; (*text)++) {
        if (**text == '.') {
            fraction = 1;
            continue;
        }
        value->number = value->number * 10 + (**text - '0');
        if (fraction)
            scale *= 10;
    }
    value->number /= scale;
    return value;
}

static struct value *parse_literal(const char **text) {
    struct value *value = new_value(LITERAL);
    while (**text >= 'a' && **text <= 'z')
        value->number += *(*text)++;
    return value;
}

// Passes over a comma, or over what ends the array or object.
static int is_followed_by_another(const char **text, char end) {
    skip_spaces(text);
    int ends = **text == end;
    if (ends || **text == ',')
        (*text)++;
    skip_spaces(text);
    return !ends;
}

static struct value *parse_array(const char **text) {
    struct value *array = new_value(ARRAY);
    struct value **end = &array->first;
    (*text)++;
    while (is_followed_by_another(text, ']')) {
        *end = parse_value(text);
        end = &(*end)->next;
    }
    return array;
}

static struct value *parse_object(const char **text) {
    struct value *object = new_value(OBJECT);
    struct value **end = &object->first;
    (*text)++;
    while (is_followed_by_another(text, '}')) {
        char *key = parse_string(text);
        skip_spaces(text);
        (*text)++; // the colon
        *end = parse_value(text);
        (*end)->key = key;
        end = &(*end)->next;
    }
    return object;
}

static struct value *parse_value(const char **text) {
    skip_spaces(text);
    switch (**text) {
    case '[':
        return parse_array(text);
    case '{':
        return parse_object(text);
    case '"': {
        struct value *value = new_value(STRING);
        value->string = parse_string(text);
        return value;
    }
    case 't':
    case 'f':
    case 'n':
        return parse_literal(text);
    default:
        return parse_number(text);
    }
}

static uint32_t weigh(const struct value *value) {
    uint32_t sum = (uint32_t)value->kind + (uint32_t)value->number;
    for (const struct value *child = value->first; child; child = child->next)
        sum += weigh(child);
    return sum;
}

static void drop(struct value *value) {
    for (struct value *child = value->first; child;) {
        struct value *next = child->next;
        drop(child);
        child = next;
    }
    free(value->string);
    free(value->key);
    free(value);
}

uint32_t run(uint32_t n) {
    uint32_t sum = 0;
    if (!document[0])
        write_document();
    for (uint32_t i = 0; i < n; i++) {
        const char *text = document;
        struct value *value = parse_value(&text);
        sum += weigh(value);
        drop(value);
    }
    return sum;
}
