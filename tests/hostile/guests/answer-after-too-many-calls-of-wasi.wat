;; Asks WASI for the time once too often, and answers before any clock could tick.
;;! ends = "host-calls"
;;! wasi = true
;;! limits = { host_calls = 300 }
;;! [control]
;;! limits = { host_calls = 301 }
;;! ends = "answers"

(import "wasi:clocks/monotonic-clock@0.2.3" "now" (func $now (result i64)))
(func $main (param i32) (result i32)
  (local $left i32)
  (local.set $left (i32.const 301))
  (loop $again
    (drop (call $now))
    (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
  (call $answer))
