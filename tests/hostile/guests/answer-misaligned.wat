;; Answers with an address that is not aligned.
;;! ends = "malformed"

(func $main (param i32) (result i32) (i32.const 257))
