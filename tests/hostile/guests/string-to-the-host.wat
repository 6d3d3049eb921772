;; Hands the host a message of 24 MB, which must not be copied first and cut afterwards.
;;! ends = "malformed"

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(memory (export "memory") 500)
(func $main (param i32) (result i32)
  (call $log (i32.const 0) (i32.const 0) (i32.const 0x1800000))
  unreachable)
