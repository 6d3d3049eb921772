;; Answers with a score that is no number, which every comparison lets through.
;;! ends = "malformed"
;;! says = ["`score` is NaN"]

(func $main (param i32) (result i32)
  (i32.store8 (i32.const 288) (i32.const 1))
  (f64.store (i32.const 296) (f64.const nan))
  (call $answer))
