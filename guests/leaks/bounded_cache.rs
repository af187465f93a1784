//! Lazy cache with a bound, no leak: pictures of letters are drawn when they are first asked for; twenty-four are kept, and a
//! new one takes the place of the oldest.

use std::sync::Mutex;

const KEPT: usize = 24;

struct Glyph {
    letter: u32,
    picture: [u8; 116],
}

struct Glyphs {
    kept: [Option<Box<Glyph>>; KEPT],
    drawn: usize,
    page: u32,
}

static GLYPHS: Mutex<Glyphs> = Mutex::new(Glyphs {
    kept: [const { None }; KEPT],
    drawn: 0,
    page: 0,
});

#[inline(never)]
fn draw_glyph(letter: u32) -> Box<Glyph> {
    Box::new(Glyph {
        letter,
        picture: [letter as u8; 116],
    })
}

impl Glyphs {
    fn find(&mut self, letter: u32) -> &Glyph {
        let is_wanted =
            |glyph: &Option<Box<Glyph>>| glyph.as_ref().is_some_and(|it| it.letter == letter);
        let place = self.kept.iter().position(is_wanted).unwrap_or_else(|| {
            let oldest = self.drawn % KEPT;
            self.drawn += 1;
            self.kept[oldest] = None;
            oldest
        });
        self.kept[place].get_or_insert_with(|| draw_glyph(letter))
    }
}

/// Shows a page, which has four letters more than those before.
#[unsafe(no_mangle)]
pub extern "C" fn bounded_cache() -> u32 {
    let mut glyphs = GLYPHS.lock().expect("nobody panics");
    let first = 4 * glyphs.page;
    glyphs.page += 1;
    let letters = first..first + 8;
    letters
        .map(|letter| u32::from(glyphs.find(letter).picture[5]))
        .sum()
}
