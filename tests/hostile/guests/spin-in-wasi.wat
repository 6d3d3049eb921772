;; Asks WASI for the time without end. Each call is cheap; they are counted as every other call of the host.
;;! ends = "host-calls"
;;! wasi = true
;;! limits = { host_calls = 300 }
;;! says = ["; 300 host calls"]
;;! [control]
;;! limits = { host_calls = 20000 }
;;! ends = "host-calls"
;;! says = ["; 20000 host calls"]

(import "wasi:clocks/monotonic-clock@0.2.3" "now" (func $now (result i64)))
(func $main (param i32) (result i32)
  (loop $forever
    (drop (call $now))
    (br $forever))
  unreachable)
