;; Answers with more findings than an answer may have, each empty.
;;! ends = "too-large"

(memory (export "memory") 40)
(func $main (param i32) (result i32)
  (i32.store (i32.const 276) (i32.const 65536))
  (i32.store (i32.const 280) (i32.const 20000))
  (call $answer))
