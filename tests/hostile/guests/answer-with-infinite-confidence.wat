;; Answers with infinite confidence.
;;! ends = "malformed"
;;! says = ["`confidence` is inf"]

(func $main (param i32) (result i32)
  (i32.store8 (i32.const 304) (i32.const 1))
  (f64.store (i32.const 312) (f64.const inf))
  (call $answer))
