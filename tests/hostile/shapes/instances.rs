//! A good component that makes a module of its own a hundred times over, behind its exports.

pub(super) fn bytes() -> Vec<u8> {
    let mut bytes = super::good();
    // The good component has one module; this is the second, with a memory in it.
    let module = wat::parse_str("(module (memory 1))").unwrap();
    bytes.push(1);
    super::leb(&mut bytes, module.len());
    bytes.extend(module);
    let mut instances = vec![100];
    for _ in 0..100 {
        // Instantiate module 1 with nothing.
        instances.extend([0, 1, 0]);
    }
    bytes.push(2);
    super::leb(&mut bytes, instances.len());
    bytes.extend(instances);
    bytes
}
