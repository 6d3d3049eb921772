;; Sleeps for ever in WASI's clock: no code of its own runs that could be stopped.
;;! ends = "timed-out"
;;! wasi = true

(import "wasi:clocks/monotonic-clock@0.2.3" "subscribe-duration" (func $subscribe (param i64) (result i32)))
(import "wasi:io/poll@0.2.3" "[method]pollable.block" (func $block (param i32)))
(func $main (param i32) (result i32)
  (call $block (call $subscribe (i64.const 1000000000000000)))
  unreachable)
