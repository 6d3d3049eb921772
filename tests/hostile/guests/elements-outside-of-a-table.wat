;; Puts a function where it has no table.
;;! ends = "not-admitted"

(table 1 funcref)
(func $f)
(elem (i32.const 5) func $f)
(func $main (param i32) (result i32) (call $answer))
