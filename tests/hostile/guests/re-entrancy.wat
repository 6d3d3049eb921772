;; Calls the host from within the host's own call: in the moment in which it is asked for memory.
;;! ends = "trapped"
;;! grants = { tree = true }

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(import "goalpost:plugin/tree@0.1.0" "[method]tree.id" (func $id (param i32 i32)))
(global $inside (mut i32) (i32.const 0))
(func $realloc (param i32 i32 i32 i32) (result i32)
  (if (global.get $inside) (then (drop (call $sealed))))
  (i32.const 32768))
(func $main (param i32) (result i32)
  (local $tree i32)
  (local.set $tree (call $sealed))
  (global.set $inside (i32.const 1))
  (call $id (local.get $tree) (i32.const 1024))
  unreachable)
