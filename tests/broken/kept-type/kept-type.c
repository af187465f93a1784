// One export gives a fraction, the other takes an integer.

#include <stdlib.h>

__attribute__((export_name("half"))) double half(double number) {
    return number / 2;
}

__attribute__((export_name("allocate"))) void *allocate(int size) {
    return malloc(size);
}
