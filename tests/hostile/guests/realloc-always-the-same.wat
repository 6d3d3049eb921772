;; Gives the host the same memory for everything: what the host writes overlaps. It harms what the guest reads, and no more.
;;! ends = "answers"

(func $realloc (param i32 i32 i32 i32) (result i32) (i32.const 32768))
(func $main (param i32) (result i32) (call $answer))
