;; Gives the host memory that is not aligned.
;;! ends = "malformed"

(func $realloc (param i32 i32 i32 i32) (result i32) (i32.const 32769))
(func $main (param i32) (result i32) (call $answer))
