;; Asks for random numbers: they follow from the call's seed, which is recorded, and not from the machine. It logs the first.
;;! ends = "answers"
;;! wasi = true
;;! says = ["41f6aa57789200f4"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(import "wasi:random/random@0.2.3" "get-random-u64" (func $random (result i64)))
(data (i32.const 4096) "0123456789abcdef")
(func $main (param i32) (result i32)
  (local $number i64) (local $at i32)
  (local.set $number (call $random))
  (local.set $at (i32.const 1040))
  (loop $digit
    (local.set $at (i32.sub (local.get $at) (i32.const 1)))
    (i32.store8 (local.get $at)
      (i32.load8_u (i32.add (i32.const 4096) (i32.wrap_i64 (i64.and (local.get $number) (i64.const 15))))))
    (local.set $number (i64.shr_u (local.get $number) (i64.const 4)))
    (br_if $digit (i32.gt_u (local.get $at) (i32.const 1024))))
  (call $log (i32.const 2) (i32.const 1024) (i32.const 16))
  (call $answer))
