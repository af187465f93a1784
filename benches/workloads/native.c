// Runs a workload as a native program: `program n` prints the checksum and the seconds that `run(n)` took.

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "workload.h"

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int argc, char **argv) {
    // A buffer would be an allocation that is not the workload's.
    setvbuf(stdout, NULL, _IONBF, 0);
    uint32_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    double start = seconds();
    uint32_t sum = run(n);
    printf("%u %.9f\n", sum, seconds() - start);
    return 0;
}
