// What the guests in C and C++ share: exports, and functions that stay frames of their own.

#pragma once

#define EXPORT(name) __attribute__((export_name(#name))) name
#define NOINLINE __attribute__((noinline))
