;; Reads where it has no memory.
;;! ends = "trapped"

(func $main (param i32) (result i32) (i32.load (i32.const -4)))
