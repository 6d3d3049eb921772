;; Wants the host's result where it has no memory.
;;! ends = "malformed"
;;! grants = { tree = true }

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(import "goalpost:plugin/tree@0.1.0" "[method]tree.id" (func $id (param i32 i32)))
(func $main (param i32) (result i32)
  (call $id (call $sealed) (i32.const -64))
  unreachable)
