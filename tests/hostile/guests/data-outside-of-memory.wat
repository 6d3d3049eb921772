;; Puts data where it has no memory.
;;! ends = "not-admitted"

(data (i32.const 70000) "x")
(func $main (param i32) (result i32) (call $answer))
