;; Hands the host a list of a million edits, all of the same text: little for the guest, much for the host.
;;! ends = "malformed"
;;! grants = { checks = ["tests"] }
;;! says = ["checks run: []"]

(import "goalpost:plugin/checks@0.1.0" "run-with" (func $run (param i32 i32 i32 i32 i32)))
(memory (export "memory") 400)
(data (i32.const 4096) "tests")
(func $main (param i32) (result i32)
  (local $at i32)
  (local.set $at (i32.const 65536))
  (loop $next
    (i32.store (local.get $at) (i32.const 4096))
    (i32.store offset=4 (local.get $at) (i32.const 4000))
    (local.set $at (i32.add (local.get $at) (i32.const 20)))
    (br_if $next (i32.lt_u (local.get $at) (i32.const 20065536))))
  (call $run (i32.const 4096) (i32.const 5) (i32.const 65536) (i32.const 1000000) (i32.const 1024))
  unreachable)
