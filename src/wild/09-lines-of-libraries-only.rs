//! Built without debug information, so that what there is of it is the standard library's: no line of this file resolves.

#[unsafe(export_name = "main")]
pub extern "C" fn run() {
    let numbers: Vec<u32> = std::hint::black_box(vec![1, 2, 3]);
    std::mem::forget(std::hint::black_box(numbers));
}
