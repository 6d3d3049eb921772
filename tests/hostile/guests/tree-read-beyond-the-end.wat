;; Reads from offsets past the end, and more than there is, with numbers that overflow when they are added.
;;! ends = "answers"
;;! grants = { tree = true }

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(import "goalpost:plugin/tree@0.1.0" "[method]tree.read" (func $read (param i32 i32 i32 i64 i32 i32)))
(data (i32.const 4096) "src/a.txt")
(func $try (param $tree i32) (param $offset i64) (param $wanted i32)
  (call $read (local.get $tree) (i32.const 4096) (i32.const 9) (local.get $offset) (i32.const -1) (i32.const 1024))
  (if (i32.load8_u (i32.const 1024)) (then unreachable))
  (if (i32.ne (i32.load (i32.const 1032)) (local.get $wanted)) (then unreachable)))
(func $main (param i32) (result i32)
  (local $tree i32)
  (local.set $tree (call $sealed))
  (call $try (local.get $tree) (i64.const 0) (i32.const 5))
  (call $try (local.get $tree) (i64.const 5) (i32.const 0))
  (call $try (local.get $tree) (i64.const -1) (i32.const 0))
  (call $try (local.get $tree) (i64.const 0x7fffffffffffffff) (i32.const 0))
  (call $answer))
