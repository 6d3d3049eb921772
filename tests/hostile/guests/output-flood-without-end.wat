;; Prints without end, a byte at a time, and never stops: its calls of WASI are calls of the host as well.
;;! ends = "host-calls"
;;! wasi = true
;;! [control]
;;! limits = { host_calls = 4000000000, timeout_ms = 400 }
;;! ends = "timed-out"

(import "wasi:cli/stdout@0.2.3" "get-stdout" (func $stdout (result i32)))
(import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush"
  (func $write (param i32 i32 i32 i32)))
(func $main (param i32) (result i32)
  (local $out i32)
  (local.set $out (call $stdout))
  (loop $forever
    (call $write (local.get $out) (i32.const 4096) (i32.const 1) (i32.const 1024))
    (br $forever))
  unreachable)
