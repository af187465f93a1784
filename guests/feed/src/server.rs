//! The other end of the line: makes up events, the same ones every time.

/// An event as it arrives; what is worth keeping goes into the caches.
pub struct Event {
    pub id: u64,
    pub author: u64,
    pub avatar: &'static [u8],
    pub text: String,
    pub picture: Option<&'static [u8]>,
}

/// The events `first..first + count`.
pub fn page(first: u64, count: u64) -> Vec<Event> {
    (first..first + count).map(event).collect()
}

pub fn event(id: u64) -> Event {
    let random = scatter(id);
    Event {
        id,
        author: random % 10_000,
        avatar: &AVATAR,
        text: "t".repeat(40 + (random % 240) as usize),
        picture: id.is_multiple_of(10).then_some(&PICTURE),
    }
}

static AVATAR: [u8; 128] = [1; 128];
static PICTURE: [u8; 2048] = [2; 2048];

/// Spreads consecutive numbers over the whole range (the finaliser of splitmix64).
fn scatter(id: u64) -> u64 {
    let mixed = (id ^ (id >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
