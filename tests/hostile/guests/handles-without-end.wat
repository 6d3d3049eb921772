;; Takes handles without end and drops none.
;;! ends = "malformed"
;;! grants = { tree = true }
;;! limits = { host_calls = 1000000 }

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(func $main (param i32) (result i32)
  (loop $forever
    (drop (call $sealed))
    (br $forever))
  unreachable)
