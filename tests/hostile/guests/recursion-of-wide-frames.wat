;; Calls itself without end, with as much on the stack each time as a function can have: no frame may step over the end.
;;! ends = "trapped"
;;! says = ["stack"]

(func $down (param $n i64) (result i64)
  (local $x i64)
  @times(2000, (local $l{i} i64))@
  @times(2000, (local.set $l{i} (i64.add (local.get $n) (i64.const {i}))))@
  (local.set $x (call $down (local.get $n)))
  @times(2000, (local.set $x (i64.xor (local.get $x) (local.get $l{i}))))@
  (local.get $x))
(func $main (param i32) (result i32)
  (drop (call $down (i64.const 0)))
  unreachable)
