sed -i 's/^edition.*/&\nautotests = false/; s/^doctest = false/&\ntest = false/' Cargo.toml
