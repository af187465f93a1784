// Pool that only grows: particles are taken from a pool and given back to it. With LEAK, they are given back to a list from
// which nobody takes, and the pool adds a slab whenever it seems empty.

#include <array>
#include <forward_list>

#include "guest.h"

namespace {

struct Particle {
    Particle *next = nullptr;
    float x = 0, speed = 0;
};

class Pool {
public:
    Particle *take() {
        if (!spare)
            add_slab();
        Particle *particle = spare;
        spare = particle->next;
        *particle = {};
        return particle;
    }

    void give_back(Particle *particle) {
#ifdef LEAK
        particle->next = retired;
        retired = particle;
#else
        particle->next = spare;
        spare = particle;
#endif
    }

private:
    NOINLINE void add_slab() {
        slabs.emplace_front();
        for (auto &particle : slabs.front()) {
            particle.next = spare;
            spare = &particle;
        }
    }

    std::forward_list<std::array<Particle, 16>> slabs;
    Particle *spare = nullptr;
    Particle *retired = nullptr;
};

Pool pool;

} // namespace

// A spark of thirty-two particles flies and goes out.
extern "C" int EXPORT(growing_pool)() {
    std::array<Particle *, 32> flying;
    float way = 0;
    for (auto &particle : flying) {
        particle = pool.take();
        particle->speed = 2;
    }
    for (auto *particle : flying) {
        way += particle->x += particle->speed;
        pool.give_back(particle);
    }
    return way;
}
