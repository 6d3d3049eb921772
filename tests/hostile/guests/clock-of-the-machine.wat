;; Asks for the time: it is told the call's, which is recorded and can be told again, and not the machine's.
;;! ends = "answers"
;;! wasi = true

(import "wasi:clocks/wall-clock@0.2.3" "now" (func $wall (param i32)))
(import "wasi:clocks/monotonic-clock@0.2.3" "now" (func $monotonic (result i64)))
(func $main (param i32) (result i32)
  (call $wall (i32.const 1024))
  (if (i64.ne (i64.load (i32.const 1024)) (i64.const 1234567890)) (then unreachable))
  (if (i64.ne (call $monotonic) (i64.const 42)) (then unreachable))
  (call $answer))
