;; Answers with a result that is neither.
;;! ends = "malformed"

(func $main (param i32) (result i32)
  (i32.store8 (i32.const 256) (i32.const 2))
  (call $answer))
