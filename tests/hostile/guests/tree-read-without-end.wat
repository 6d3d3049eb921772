;; Reads the same file again and again.
;;! ends = "host-calls"
;;! grants = { tree = true }
;;! limits = { host_calls = 2000 }

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(import "goalpost:plugin/tree@0.1.0" "[method]tree.read" (func $read (param i32 i32 i32 i64 i32 i32)))
(data (i32.const 4096) "src/a.txt")
(func $main (param i32) (result i32)
  (local $tree i32)
  (local.set $tree (call $sealed))
  (loop $forever
    (call $read (local.get $tree) (i32.const 4096) (i32.const 9) (i64.const 0) (i32.const -1) (i32.const 1024))
    (br $forever))
  unreachable)
