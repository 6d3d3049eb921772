;; Gives the host memory that is not there.
;;! ends = "malformed"

(func $realloc (param i32 i32 i32 i32) (result i32) (i32.const -8))
(func $main (param i32) (result i32) (call $answer))
