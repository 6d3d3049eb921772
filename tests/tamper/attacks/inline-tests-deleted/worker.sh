sed -i '/#\[cfg(test)\]/,$d' src/lib.rs
