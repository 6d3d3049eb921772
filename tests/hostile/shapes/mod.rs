//! Attacks that no text stands for: one file a shape.

mod cut_off;
mod empty;
mod hundred_megabytes;
mod instances;
mod nested;
mod noise;
mod only_a_header;
mod text;

use crate::guest::{End, Guest};

/// Every shape.
pub(crate) fn all() -> Vec<Guest> {
    vec![
        Guest::shape("component-cut-off", End::NotLoaded, &["damaged or cut off"], cut_off::bytes),
        Guest::shape("component-empty", End::NotLoaded, &["it is empty"], empty::bytes),
        Guest::shape(
            "component-of-a-hundred-megabytes",
            End::NotLoaded,
            &["at most 64 are allowed"],
            hundred_megabytes::bytes,
        ),
        Guest::shape("instance-bomb", End::NotAdmitted, &["instances"], instances::bytes),
        Guest::shape("component-nested-a-thousand-deep", End::NotAdmitted, &[], nested::bytes),
        Guest::shape("component-of-noise", End::NotLoaded, &["damaged"], noise::bytes),
        Guest::shape("component-only-a-header", End::NotAdmitted, &["does not export"], only_a_header::bytes),
        Guest::shape("component-as-text", End::NotLoaded, &["WebAssembly text"], text::bytes),
    ]
}

/// The first bytes of a component.
const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";

/// A number the way that WebAssembly writes it.
fn leb(bytes: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        bytes.push(if number == 0 { low } else { low | 0x80 });
        if number == 0 {
            return;
        }
    }
}

/// A component that is content.
pub(crate) fn good() -> Vec<u8> {
    let fields = "(func $main (param i32) (result i32) (call $answer))";
    crate::frame::component(goalpost_plugins::Kind::Evaluator, fields, false).unwrap()
}
