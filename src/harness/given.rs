//! What a suite says of allocators, as the module takes it.

use crate::module::{GivenAllocator, Role};
use crate::suite::NamedAllocator;

impl From<&NamedAllocator> for GivenAllocator {
    fn from(named: &NamedAllocator) -> GivenAllocator {
        GivenAllocator {
            function: named.function().to_owned(),
            role: role(named),
        }
    }
}

fn role(named: &NamedAllocator) -> Role {
    match *named {
        NamedAllocator::Allocate {
            size,
            out: Some(out),
            ..
        } => Role::AllocateInto { out, size },
        NamedAllocator::Allocate {
            size,
            count: Some(count),
            ..
        } => Role::AllocateArray { count, size },
        NamedAllocator::Allocate { size, .. } => Role::Allocate { size },
        NamedAllocator::Resize {
            address,
            size,
            count: Some(count),
            ..
        } => Role::ResizeArray {
            address,
            count,
            size,
        },
        NamedAllocator::Resize { address, size, .. } => Role::Resize { address, size },
        NamedAllocator::Free { address, .. } => Role::Free { address },
    }
}
