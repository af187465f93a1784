//! Growing string: a journal is one string to which every event is appended. With `leak`, it never starts over.

use std::sync::Mutex;

static JOURNAL: Mutex<String> = Mutex::new(String::new());

#[inline(never)]
fn append_to_journal(journal: &mut String, event: &str) {
    journal.push_str(event);
}

/// Twenty events of fifty letters; gives the journal's length.
#[unsafe(no_mangle)]
pub extern "C" fn growing_string() -> usize {
    let mut journal = JOURNAL.lock().expect("nobody panics");
    if !cfg!(leak) && journal.len() >= 1000 {
        journal.clear();
    }
    for _ in 0..20 {
        let event = "somebody somewhere opened the door of the fridge \n";
        append_to_journal(&mut journal, event);
    }
    journal.len()
}
