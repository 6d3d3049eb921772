;; Never gives the host the memory that it asks for, for the evidence.
;;! ends = "timed-out"

(func $realloc (param i32 i32 i32 i32) (result i32)
  (loop $forever (br $forever))
  unreachable)
(func $main (param i32) (result i32) (call $answer))
