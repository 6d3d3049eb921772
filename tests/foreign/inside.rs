//! Puts a component into a good judge, so that it is compiled and its code runs: by itself it is refused by its names.

use wasmparser::{Parser, Payload};

/// The judge, with the component instantiated behind its exports. One that imports something is not valid there.
pub(crate) fn a_judge(judge: &[u8], component: &[u8]) -> Vec<u8> {
    let mut whole = judge.to_vec();
    section(&mut whole, 4, component);
    let mut instance = Vec::new();
    // One instance: of the component that comes after the judge's own, with no arguments.
    instance.extend([1, 0]);
    leb(&mut instance, components(judge));
    instance.push(0);
    section(&mut whole, 5, &instance);
    whole
}

/// Components that are defined in it, and not in those.
fn components(component: &[u8]) -> usize {
    let mut found = 0;
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            Payload::ComponentSection { .. } => {
                found += usize::from(depth == 0);
                depth += 1;
            }
            Payload::ModuleSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}

fn section(bytes: &mut Vec<u8>, id: u8, content: &[u8]) {
    bytes.push(id);
    leb(bytes, content.len());
    bytes.extend(content);
}

/// A number the way that WebAssembly writes it.
fn leb(bytes: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
