//! Realloc overwritten by its failure: a message of its own making grows by what its sender claims. With `leak`, the pointer to
//! the message is replaced by what `realloc` gives, which is null when the claim is absurd.

use std::alloc::{Layout, alloc, dealloc, realloc};

const FIRST_PART: usize = 200;

struct Message {
    data: *mut u8,
    layout: Layout,
}

impl Message {
    #[inline(never)]
    fn begin_message() -> Message {
        let layout = Layout::new::<[u8; FIRST_PART]>();
        // SAFETY: it has a size.
        let data = unsafe { alloc(layout) };
        Message { data, layout }
    }

    /// Whether there was room for more.
    #[inline(never)]
    fn extend_message(&mut self, claimed: usize) -> bool {
        let Ok(layout) = Layout::array::<u8>(FIRST_PART + claimed) else {
            return false;
        };
        // SAFETY: the data has this layout.
        let data = unsafe { realloc(self.data, self.layout, layout.size()) };
        if cfg!(leak) {
            self.data = data;
        }
        if data.is_null() {
            return false;
        }
        *self = Message { data, layout };
        true
    }

    fn free(self) {
        if !self.data.is_null() {
            // SAFETY: the data has this layout.
            unsafe { dealloc(self.data, self.layout) };
        }
    }
}

#[inline(never)]
fn receive(claimed: usize) -> u32 {
    let mut message = Message::begin_message();
    let is_complete = message.extend_message(claimed);
    message.free();
    is_complete.into()
}

/// Receives two messages; the second claims more than any memory holds.
#[unsafe(no_mangle)]
pub extern "C" fn failed_realloc() -> u32 {
    receive(300) + receive(isize::MAX as usize - 4096)
}
