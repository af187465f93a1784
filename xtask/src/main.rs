//! What cargo alone cannot do for this repository.

fn main() {}
