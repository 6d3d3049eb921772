;; Answers, and then never ends its clean-up.
;;! ends = "timed-out"

(func (export "cabi_post_evaluate") (param i32)
  (loop $forever (br $forever)))
(func $main (param i32) (result i32) (call $answer))
