// As leak-0 and leak-regroot, where a register holds the only pointer: here it is what the caller got and keeps, or does not.

#include "case.h"

void *EXPORT(returned)(void) {
    return malloc(1000);
}
