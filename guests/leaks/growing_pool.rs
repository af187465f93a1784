//! Pool that only grows: particles are taken from a pool and given back to it. With `leak`, they are given back to a list from
//! which nobody takes, and the pool adds another slab whenever it seems empty.

use std::sync::Mutex;

#[derive(Clone, Copy, Default)]
struct Particle {
    way: f32,
    speed: f32,
}

const SLAB: usize = 16;

type Slab = Box<[Particle; SLAB]>;

struct Pool {
    slabs: Vec<Slab>,
    spare: Vec<usize>,
    retired: Vec<usize>,
}

static POOL: Mutex<Pool> = Mutex::new(Pool {
    slabs: Vec::new(),
    spare: Vec::new(),
    retired: Vec::new(),
});

impl Pool {
    #[inline(never)]
    fn add_slab(&mut self) {
        let first = self.slabs.len() * SLAB;
        self.slabs.push(Box::new([Particle::default(); SLAB]));
        self.spare.extend(first..first + SLAB);
    }

    fn take(&mut self) -> usize {
        if self.spare.is_empty() {
            self.add_slab();
        }
        self.spare.pop().expect("a slab was added")
    }

    fn particle(&mut self, number: usize) -> &mut Particle {
        &mut self.slabs[number / SLAB][number % SLAB]
    }

    fn give_back(&mut self, number: usize) {
        if cfg!(leak) {
            self.retired.push(number);
        } else {
            self.spare.push(number);
        }
    }
}

/// A spark of thirty-two particles flies and goes out.
#[unsafe(no_mangle)]
pub extern "C" fn growing_pool() -> f32 {
    let mut pool = POOL.lock().expect("nobody panics");
    let flying: [usize; 2 * SLAB] = std::array::from_fn(|_| pool.take());
    let mut way = 0.0;
    for number in flying {
        let particle = pool.particle(number);
        particle.speed = 2.0;
        particle.way += particle.speed;
        way += particle.way;
        pool.give_back(number);
    }
    way
}
