//! Map without eviction: sessions are kept by number. With `leak`, nobody takes out those that are long over.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::sync::Mutex;

const KEPT: u32 = 40;

struct Session {
    user: Box<[u8; 32]>,
}

struct Sessions {
    by_id: Option<HashMap<u32, Session, BuildHasherDefault<DefaultHasher>>>,
    last_id: u32,
}

static SESSIONS: Mutex<Sessions> = Mutex::new(Sessions {
    by_id: None,
    last_id: 0,
});

impl Sessions {
    #[inline(never)]
    fn remember_session(&mut self) -> u32 {
        self.last_id += 1;
        let by_id = self.by_id.get_or_insert_default();
        let user = Box::new([b'u'; 32]);
        by_id.insert(self.last_id, Session { user });
        if !cfg!(leak) {
            by_id.remove(&self.last_id.wrapping_sub(KEPT));
        }
        self.last_id
    }

    fn initial(&self, id: u32) -> u32 {
        let session = self.by_id.as_ref().and_then(|by_id| by_id.get(&id));
        session.map_or(0, |session| session.user[0].into())
    }
}

/// Ten users come; gives the first letter of the first one's name.
#[unsafe(no_mangle)]
pub extern "C" fn map_without_eviction() -> u32 {
    let mut sessions = SESSIONS.lock().expect("nobody panics");
    let first = sessions.remember_session();
    for _ in 1..10 {
        sessions.remember_session();
    }
    sessions.initial(first)
}
