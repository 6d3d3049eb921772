//! A component in a component, a thousand times, by hand: no text parser stands in the way.

pub(super) fn bytes() -> Vec<u8> {
    let mut deep = super::HEADER.to_vec();
    for _ in 0..1000 {
        let mut outer = super::HEADER.to_vec();
        outer.push(4);
        super::leb(&mut outer, deep.len());
        outer.append(&mut deep);
        deep = outer;
    }
    deep
}
