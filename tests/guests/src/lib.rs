//! Plugins that only tests need, one file each in `examples/`: hostile ones to prove that a limit is enforced, broken ones
//! to see what becomes of them, and scripted ones to drive a goal. `cargo xtask plugins` builds them to `dist/`.
