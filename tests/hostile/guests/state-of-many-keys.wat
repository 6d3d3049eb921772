;; Remembers two hundred keys with nothing in them: their number has a limit of its own.
;;! ends = "answers"
;;! grants = { state = { keys = 10, bytes = 1048576 } }
;;! says = ["at most 10 keys", "10 keys remembered"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(import "goalpost:plugin/state@0.1.0" "set" (func $set (param i32 i32 i32 i32 i32)))
(func $main (param i32) (result i32)
  (local $i i32)
  (loop $more
    (i32.store8 (i32.const 4096) (i32.add (i32.const 48) (i32.and (local.get $i) (i32.const 63))))
    (i32.store8 (i32.const 4097) (i32.add (i32.const 48) (i32.shr_u (local.get $i) (i32.const 6))))
    (call $set (i32.const 4096) (i32.const 2) (i32.const 8192) (i32.const 0) (i32.const 1024))
    (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 200))))
  (if (i32.eqz (i32.load8_u (i32.const 1024))) (then unreachable))
  (call $tell (i32.const 1032))
  (call $answer))
