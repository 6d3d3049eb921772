;; Calls itself without end.
;;! ends = "trapped"
;;! says = ["stack"]

(func $down (param i64) (result i64) (i64.add (call $down (local.get 0)) (i64.const 1)))
(func $main (param i32) (result i32)
  (drop (call $down (i64.const 0)))
  unreachable)
