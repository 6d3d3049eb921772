//! What the macros need of this crate. Not for plugins.

use std::sync::Once;

/// Makes the text of a panic reach the user's log. A component has no standard error: without this a panic is a bare trap.
pub fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let text = panic.payload_as_str().unwrap_or("a panic without a text");
            match panic.location() {
                Some(place) => crate::log::error!("panicked at {}:{}: {text}", place.file(), place.line()),
                None => crate::log::error!("panicked: {text}"),
            }
        }));
    });
}
