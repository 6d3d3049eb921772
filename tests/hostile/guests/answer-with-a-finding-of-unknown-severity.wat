;; Answers with a finding whose severity does not exist.
;;! ends = "malformed"

(func $main (param i32) (result i32)
  (i32.store8 (i32.const 4096) (i32.const 17))
  (i32.store (i32.const 276) (i32.const 4096))
  (i32.store (i32.const 280) (i32.const 1))
  (call $answer))
