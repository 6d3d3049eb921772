;; Gives a reason that is no UTF-8.
;;! ends = "malformed"
;;! says = ["utf-8"]

(data (i32.const 4096) "\c0\80")
(func $main (param i32) (result i32)
  (i32.store (i32.const 268) (i32.const 4096))
  (i32.store (i32.const 272) (i32.const 2))
  (call $answer))
