;; Begins with more memory than it may have.
;;! ends = "not-admitted"
;;! says = ["32 MiB of memory"]

(memory (export "memory") 1000)
(func $main (param i32) (result i32) (call $answer))
