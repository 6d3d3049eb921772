;; Answers with an address where it has no memory.
;;! ends = "malformed"

(func $main (param i32) (result i32) (i32.const -8))
