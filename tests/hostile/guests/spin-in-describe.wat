;; Never says what it is.
;;! ends = "timed-out-describing"

(func $describe (result i32)
  (loop $forever (br $forever))
  unreachable)
(func $main (param i32) (result i32) (call $answer))
