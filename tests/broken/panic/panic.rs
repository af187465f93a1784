//! Panics while blocks are live.

struct Account {
    owner: String,
    entries: Vec<i64>,
}

impl Account {
    fn newest(&self) -> i64 {
        assert!(!self.owner.is_empty());
        *self.entries.last().expect("an account has entries")
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn newest_entry(entries: u32) -> i64 {
    let account = Account {
        owner: "a".repeat(20),
        entries: (0..i64::from(entries)).collect(),
    };
    account.newest()
}
