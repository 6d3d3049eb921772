;; Hands the host a list whose length times its element's size is more than 32 bits hold.
;;! ends = "malformed"
;;! grants = { checks = ["tests"] }

(import "goalpost:plugin/checks@0.1.0" "run-with" (func $run (param i32 i32 i32 i32 i32)))
(data (i32.const 4096) "tests")
(func $main (param i32) (result i32)
  (call $run (i32.const 4096) (i32.const 5) (i32.const 8192) (i32.const 0xfffffff0) (i32.const 1024))
  unreachable)
