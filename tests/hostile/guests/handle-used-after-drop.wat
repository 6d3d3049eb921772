;; Uses a handle that it dropped.
;;! ends = "malformed"
;;! grants = { tree = true }

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(import "goalpost:plugin/tree@0.1.0" "[method]tree.id" (func $id (param i32 i32)))
(import "goalpost:plugin/tree@0.1.0" "[resource-drop]tree" (func $drop (param i32)))
(func $main (param i32) (result i32)
  (local $tree i32)
  (local.set $tree (call $sealed))
  (call $drop (local.get $tree))
  (call $id (local.get $tree) (i32.const 1024))
  unreachable)
