//! Finding an address among sorted ones, millions of times.

/// A table of pages over sorted addresses: for each page, how many addresses lie before it. There are about as many pages as
/// addresses, so that a search looks at one or two of them.
#[derive(Debug, Default)]
pub(super) struct Index {
    first: u32,
    /// Binary logarithm of the bytes of a page.
    shift: u32,
    before: Vec<u32>,
}

impl Index {
    /// The addresses are in ascending order.
    pub(super) fn new(addresses: &[u32]) -> Index {
        let (Some(&first), Some(&last)) = (addresses.first(), addresses.last()) else {
            return Index::default();
        };
        let span = last - first;
        let shift = (0..u32::BITS)
            .find(|shift| (span >> shift) as usize <= addresses.len())
            .unwrap_or(u32::BITS - 1);
        let pages = (span >> shift) as usize + 1;
        let mut before = Vec::with_capacity(pages + 1);
        for (number, address) in (0..).zip(addresses) {
            let page = ((address - first) >> shift) as usize;
            while before.len() <= page {
                before.push(number);
            }
        }
        before.push(addresses.len() as u32);
        Index {
            first,
            shift,
            before,
        }
    }

    /// The number of the last of the addresses that is not above that one.
    #[inline]
    pub(super) fn last_to(&self, addresses: &[u32], address: u32) -> Option<u32> {
        self.up_to(addresses, address).checked_sub(1)
    }

    /// How many of the addresses are not above that one.
    #[inline]
    pub(super) fn up_to(&self, addresses: &[u32], address: u32) -> u32 {
        let Some(distance) = address.checked_sub(self.first) else {
            return 0;
        };
        let page = (distance >> self.shift) as usize;
        let &[start, end] = self
            .before
            .get(page..)
            .and_then(|pages| pages.first_chunk())
            .unwrap_or(&[addresses.len() as u32; 2]);
        let in_page = &addresses[start as usize..end as usize];
        start + in_page.partition_point(|known| *known <= address) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(addresses: &[u32]) {
        let index = Index::new(addresses);
        let near = |address: &u32| {
            let around = [-1, 0, 1].map(|by| address.checked_add_signed(by));
            around.into_iter().flatten()
        };
        for address in addresses.iter().flat_map(near).chain([0, u32::MAX]) {
            let expected = addresses.iter().filter(|known| **known <= address).count();
            assert_eq!(
                index.up_to(addresses, address) as usize,
                expected,
                "{address}"
            );
        }
    }

    #[test]
    fn addresses_are_found_wherever_they_lie() {
        check(&[]);
        check(&[7]);
        check(&[0, u32::MAX]);
        check(&[1024, 1025, 1026, 1040, 70_000]);
        check(&(0..1000).map(|number| number * number).collect::<Vec<_>>());
    }
}
