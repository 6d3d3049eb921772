;; Answers with an outcome that does not exist.
;;! ends = "malformed"

(func $main (param i32) (result i32)
  (i32.store8 (i32.const 264) (i32.const 99))
  (call $answer))
