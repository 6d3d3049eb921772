#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| goalpost_properties::redaction::check(data));
