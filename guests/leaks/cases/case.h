// What the cases share. Structures are padded, so that they have the same size wherever they are compiled.

#pragma once

#include <stdlib.h>

#define EXPORT(name) __attribute__((export_name(#name))) name
#define NOINLINE __attribute__((noinline))

// A pointer in eight bytes.
#define POINTER(type, name)                                                                                                    \
    type *name;                                                                                                                \
    char name##_padding[8 - sizeof(type *)]
