//! Any bytes as a file: encoding, folds, delimiter, header, format and rows.
#![no_main]
use std::io::Write;

use inroad::transfer::formats::{Hints, open};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Archives are the decompressor's.
    if bytes.starts_with(b"PK") {
        return;
    }
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("room for it");
    if let Ok(rows) = open(file, &Hints::default()) {
        rows.for_each(drop);
    }
});
