//! Any text as vCards.
#![no_main]
use std::io::Cursor;

use inroad::transfer::vcard::Cards;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    Cards::new(Cursor::new(bytes)).for_each(drop);
});
