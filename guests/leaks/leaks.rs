//! One leak a file, planted with `--cfg leak`, and what only looks like one; the same in C and C++ beside it. Each file
//! exports a function of its own name, which a cycle calls.

mod arena;
mod bounded_cache;
mod cycle;
mod doubling_vector;
mod early_return;
mod failed_realloc;
mod forgotten_raw;
mod fragmentation;
mod growing_pool;
mod growing_string;
mod high_water;
mod leaked_box;
mod listener_never_removed;
mod lost_list;
mod lost_pointer;
mod map_without_eviction;
mod one_time;
mod orphaned_node;
mod ring_buffer;
