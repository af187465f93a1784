//! Orphaned node: a task is taken out of a list of plain pointers. With `leak`, it is unlinked and not freed, and the name
//! that it owns goes with it.

use std::ptr;

struct Task {
    next: *mut Task,
    name: Box<[u8; 24]>,
    id: u32,
    priority: u32,
}

struct Tasks {
    first: *mut Task,
}

impl Tasks {
    #[inline(never)]
    fn add_task(&mut self, id: u32) {
        self.first = Box::into_raw(Box::new(Task {
            next: self.first,
            name: copy_name("tidy up"),
            id,
            priority: id % 3,
        }));
    }

    #[inline(never)]
    fn remove_task(&mut self, id: u32) {
        let mut link: *mut *mut Task = &raw mut self.first;
        // SAFETY: every task of the list came from a box, and is in no other list.
        unsafe {
            while !(*link).is_null() {
                let task = *link;
                if (*task).id == id {
                    *link = (*task).next;
                    (*task).next = ptr::null_mut();
                    if !cfg!(leak) {
                        drop(Box::from_raw(task));
                    }
                    return;
                }
                link = &raw mut (*task).next;
            }
        }
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        while !self.first.is_null() {
            // SAFETY: as above.
            let task = unsafe { Box::from_raw(self.first) };
            self.first = task.next;
        }
    }
}

#[inline(never)]
fn copy_name(name: &str) -> Box<[u8; 24]> {
    let mut copy = Box::new([0; 24]);
    copy[..name.len()].copy_from_slice(name.as_bytes());
    copy
}

/// Adds some tasks, is done with the second of them, and gives what is known of the last one.
#[unsafe(no_mangle)]
pub extern "C" fn orphaned_node() -> u32 {
    let mut tasks = Tasks {
        first: ptr::null_mut(),
    };
    (1..=4).for_each(|id| tasks.add_task(id));
    tasks.remove_task(2);
    // SAFETY: there are three tasks left.
    let last = unsafe { &*tasks.first };
    last.id + last.priority + u32::from(last.name[0])
}
