//! Nothing: this package only names others, whose files the test reads.
