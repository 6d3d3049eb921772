;; A host call now and then: far below every count, for ever.
;;! ends = "timed-out"

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(func $main (param i32) (result i32)
  (local $i i32)
  (loop $forever
    (local.set $i (i32.const 5000000))
    (loop $wait (br_if $wait (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (call $log (i32.const 0) (i32.const 0) (i32.const 0))
    (br $forever))
  unreachable)
