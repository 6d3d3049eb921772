;; Gives a path that is no UTF-8.
;;! ends = "malformed"
;;! says = ["utf-8"]
;;! grants = { tree = true }

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(import "goalpost:plugin/tree@0.1.0" "[method]tree.read" (func $read (param i32 i32 i32 i64 i32 i32)))
(data (i32.const 4096) "\ff\fe\fd")
(func $main (param i32) (result i32)
  (call $read (call $sealed) (i32.const 4096) (i32.const 3) (i64.const 0) (i32.const 1) (i32.const 1024))
  unreachable)
