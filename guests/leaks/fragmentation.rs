//! Fragmentation by interleaving: of a text that is read line by line only a token a line stays. With `leak`, tokens are taken
//! while the lines are read, so that each lies between two lines; without, once all lines are read. The same blocks live at
//! the same times, but what the lines leave is a hundred holes, or one in which a picture has room.

use std::hint::black_box;
use std::sync::Mutex;

const LINES: usize = 100;

type Line = Box<[u8; 4000]>;
type Token = Box<[u8; 24]>;

static TOKENS: Mutex<[Option<Token>; LINES]> = Mutex::new([const { None }; LINES]);

#[inline(never)]
fn read_line(number: usize) -> Line {
    Box::new([b'a' + number as u8 % 26; 4000])
}

#[inline(never)]
fn take_token(line: &Line) -> Option<Token> {
    let mut token = Box::new([0; 24]);
    token.copy_from_slice(&line[..24]);
    Some(token)
}

/// Reads the text.
#[unsafe(no_mangle)]
pub extern "C" fn fragmentation_open() {
    let mut tokens = TOKENS.lock().expect("nobody panics");
    let mut lines: [Option<Line>; LINES] = [const { None }; LINES];
    for (number, (line, token)) in lines.iter_mut().zip(tokens.iter_mut()).enumerate() {
        let line = line.insert(read_line(number));
        if cfg!(leak) {
            *token = take_token(line);
        }
    }
    if !cfg!(leak) {
        for (line, token) in lines.iter().flatten().zip(tokens.iter_mut()) {
            *token = take_token(line);
        }
    }
}

/// Draws a picture, each a little larger than the one before, up to twenty times the first one's size.
#[unsafe(no_mangle)]
pub extern "C" fn fragmentation() -> usize {
    static PICTURES: Mutex<usize> = Mutex::new(0);
    let mut pictures = PICTURES.lock().expect("nobody panics");
    *pictures += 1;
    draw_picture((*pictures - 1) % 20 + 1)
}

#[inline(never)]
fn draw_picture(times: usize) -> usize {
    let picture = black_box(vec![1_u8; times * 16_000]);
    picture.len()
}

#[unsafe(no_mangle)]
pub extern "C" fn fragmentation_close() {
    let mut tokens = TOKENS.lock().expect("nobody panics");
    tokens.iter_mut().for_each(|token| *token = None);
}
