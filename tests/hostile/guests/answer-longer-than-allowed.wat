;; Answers with a reason that is longer than allowed.
;;! ends = "too-large"
;;! limits = { output_bytes = 2000 }
;;! [control]
;;! limits = { output_bytes = 2001 }
;;! ends = "answers"

(func $main (param i32) (result i32)
  (memory.fill (i32.const 4096) (i32.const 120) (i32.const 2001))
  (i32.store (i32.const 268) (i32.const 4096))
  (i32.store (i32.const 272) (i32.const 2001))
  (call $answer))
