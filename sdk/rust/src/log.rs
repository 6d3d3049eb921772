//! Messages to the user's log: `log::info!("looked at {n} files")`. Always there, needs no grant. The host bounds and counts
//! them. Natively, in tests, they go to standard error.

pub use crate::bindings::imports::goalpost::plugin::log::Level;

/// Writes one message. The macros of this module are the shorter way.
pub fn write(level: Level, message: &str) {
    #[cfg(target_arch = "wasm32")]
    crate::bindings::imports::goalpost::plugin::log::write(level, message);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{level:?}: {message}");
}

/// Every step; seldom shown.
#[macro_export]
#[doc(hidden)]
macro_rules! __log_trace {
    ($($arg:tt)+) => {
        $crate::log::write($crate::log::Level::Trace, &::std::format!($($arg)+))
    };
}
#[doc(inline)]
pub use __log_trace as trace;

/// For the plugin's author.
#[macro_export]
#[doc(hidden)]
macro_rules! __log_debug {
    ($($arg:tt)+) => {
        $crate::log::write($crate::log::Level::Debug, &::std::format!($($arg)+))
    };
}
#[doc(inline)]
pub use __log_debug as debug;

/// For a user who looks.
#[macro_export]
#[doc(hidden)]
macro_rules! __log_info {
    ($($arg:tt)+) => {
        $crate::log::write($crate::log::Level::Info, &::std::format!($($arg)+))
    };
}
#[doc(inline)]
pub use __log_info as info;

/// Something that the user should know.
#[macro_export]
#[doc(hidden)]
macro_rules! __log_warn {
    ($($arg:tt)+) => {
        $crate::log::write($crate::log::Level::Warn, &::std::format!($($arg)+))
    };
}
#[doc(inline)]
pub use __log_warn as warn;

/// Something that broke.
#[macro_export]
#[doc(hidden)]
macro_rules! __log_error {
    ($($arg:tt)+) => {
        $crate::log::write($crate::log::Level::Error, &::std::format!($($arg)+))
    };
}
#[doc(inline)]
pub use __log_error as error;
