// What all workloads have in common: `run(n)` does n units of work, frees everything, and returns a checksum, which is the
// same whatever it is compiled for.

#include <stdint.h>

#ifdef __wasm__
__attribute__((export_name("run")))
#endif
uint32_t run(uint32_t n);

// Numbers that look random and are the same everywhere (Marsaglia's xorshift).
static inline uint32_t next_random(uint32_t *state) {
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}
