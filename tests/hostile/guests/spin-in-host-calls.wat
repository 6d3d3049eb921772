;; Calls the host without end. Each call is cheap; together they are counted.
;;! ends = "host-calls"
;;! limits = { host_calls = 300 }
;;! says = ["; 300 host calls"]
;;! [control]
;;! limits = { host_calls = 20000 }
;;! ends = "host-calls"
;;! says = ["; 20000 host calls"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(func $main (param i32) (result i32)
  (loop $forever
    (call $log (i32.const 0) (i32.const 0) (i32.const 0))
    (br $forever))
  unreachable)
