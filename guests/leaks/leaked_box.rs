//! Forgotten `Box::leak`: the setting that is read at start lives as long as the program, and may be leaked. With `leak`, so is
//! what is read anew whenever somebody asks.

use std::sync::Mutex;

struct Settings {
    zoom: u32,
    theme: [u8; 60],
}

static SETTINGS: Mutex<Option<&'static Settings>> = Mutex::new(None);

#[inline(never)]
fn read_settings(zoom: u32) -> &'static Settings {
    Box::leak(Box::new(Settings {
        zoom,
        theme: [b'x'; 60],
    }))
}

#[inline(never)]
fn settings(zoom: u32) -> &'static Settings {
    let mut settings = SETTINGS.lock().expect("nobody panics");
    match *settings {
        Some(settings) if !cfg!(leak) => settings,
        _ => settings.insert(read_settings(zoom)),
    }
}

/// Gives what the settings say.
#[unsafe(no_mangle)]
pub extern "C" fn leaked_box(zoom: u32) -> u32 {
    let settings = settings(zoom);
    settings.zoom + u32::from(settings.theme[0])
}
