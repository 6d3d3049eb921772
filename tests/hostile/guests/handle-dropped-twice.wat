;; Drops a handle twice.
;;! ends = "malformed"
;;! grants = { tree = true }

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(import "goalpost:plugin/tree@0.1.0" "[resource-drop]tree" (func $drop (param i32)))
(func $main (param i32) (result i32)
  (local $tree i32)
  (local.set $tree (call $sealed))
  (call $drop (local.get $tree))
  (call $drop (local.get $tree))
  unreachable)
