;; Drops a handle that nobody gave it.
;;! ends = "malformed"
;;! grants = { tree = true }

(import "goalpost:plugin/tree@0.1.0" "[resource-drop]tree" (func $drop (param i32)))
(func $main (param i32) (result i32)
  (call $drop (i32.const 77))
  unreachable)
