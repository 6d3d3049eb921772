sed -i 's/Some(1250)/Some(1205)/' src/lib.rs
