;; Holds the goal back and says nothing that can be seen.
;;! ends = "malformed"
;;! says = ["gives no reason"]

(data (i32.const 4096) "\e2\80\8b \0a\1b[0m")
(func $main (param i32) (result i32)
  (i32.store8 (i32.const 264) (i32.const 1))
  (i32.store (i32.const 268) (i32.const 4096))
  (i32.store (i32.const 272) (i32.const 9))
  (call $answer))
