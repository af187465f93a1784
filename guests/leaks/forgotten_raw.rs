//! Forgotten `into_raw`: a request is handed to a callback as a plain pointer, as interfaces in C want it, and is owned by
//! whoever gets it back. With `leak`, nobody takes it back.

struct Request {
    id: u32,
    address: [u8; 68],
}

/// Stands for a library in C.
#[inline(never)]
fn post(done: fn(*mut Request) -> u32, context: *mut Request) -> u32 {
    done(std::hint::black_box(context))
}

fn answered(context: *mut Request) -> u32 {
    // SAFETY: it is what `send_request` gave away.
    unsafe {
        let answer = (*context).id + u32::from((*context).address[0]);
        if !cfg!(leak) {
            drop(Box::from_raw(context));
        }
        answer
    }
}

#[inline(never)]
fn send_request(id: u32) -> u32 {
    let request = Box::new(Request {
        id,
        address: [b'e'; 68],
    });
    post(answered, Box::into_raw(request))
}

/// Sends a request and gives its number once it is answered.
#[unsafe(no_mangle)]
pub extern "C" fn forgotten_raw(id: u32) -> u32 {
    send_request(id)
}
