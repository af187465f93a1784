//! Early return: a record is read into a buffer that is lent to C. With `leak`, the buffer is a plain pointer, and the `?` for
//! a record that is cut short leaves before it is taken back.

struct CutShort;

type Buffer = [u8; 200];

/// Gives the sum of a record's digits.
#[inline(never)]
fn read_record(record: &str) -> Result<u32, CutShort> {
    let mut buffer = Box::new([0; 200]);
    if cfg!(leak) {
        let lent = Box::into_raw(buffer);
        // SAFETY: it came from a box; C would write to it.
        let sum = sum_of_digits(record, unsafe { &mut *lent })?;
        // SAFETY: as above.
        drop(unsafe { Box::from_raw(lent) });
        Ok(sum)
    } else {
        sum_of_digits(record, &mut buffer)
    }
}

#[inline(never)]
fn sum_of_digits(record: &str, buffer: &mut Buffer) -> Result<u32, CutShort> {
    buffer[..record.len()].copy_from_slice(record.as_bytes());
    match buffer[..record.len()].split_last() {
        Some((b';', digits)) => Ok(digits.iter().map(|digit| u32::from(digit - b'0')).sum()),
        _ => Err(CutShort),
    }
}

/// Reads three records, of which the second is cut short.
#[unsafe(no_mangle)]
pub extern "C" fn early_return() -> u32 {
    let records = ["1234;", "98", "5;"];
    records.into_iter().flat_map(read_record).sum()
}
