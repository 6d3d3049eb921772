;; Gives a path that lies where it has no memory.
;;! ends = "malformed"
;;! grants = { tree = true }

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(import "goalpost:plugin/tree@0.1.0" "[method]tree.read" (func $read (param i32 i32 i32 i64 i32 i32)))
(func $main (param i32) (result i32)
  (call $read (call $sealed) (i32.const -16) (i32.const 64) (i64.const 0) (i32.const 1) (i32.const 1024))
  unreachable)
