//! What a call of a plugin costs, beside its alternatives. `cargo bench` prints it.
//!
//! Every contender makes the same judgement ([`judge`]) of the same evidence ([`work`]), in a way that leaves nothing of one
//! call to the next: a fresh instance, or a fresh process.

pub mod bare;
pub mod extism;
pub mod goalpost;
pub mod process;
pub mod race;
pub mod table;
pub mod work;
