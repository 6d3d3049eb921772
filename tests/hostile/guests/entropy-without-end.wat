;; Asks for gigabytes of random numbers at once.
;;! ends = "malformed"
;;! wasi = true

(import "wasi:random/random@0.2.3" "get-random-bytes" (func $random (param i64 i32)))
(func $main (param i32) (result i32)
  (call $random (i64.const 0x100000000) (i32.const 1024))
  unreachable)
