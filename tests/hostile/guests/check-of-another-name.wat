;; Runs checks that it was not granted: another's, one that is a flag, one that is a path, one with a NUL, and none at all.
;;! ends = "answers"
;;! grants = { checks = ["tests"] }
;;! says = ["this plugin may run: tests", "6 host calls", "checks run: []"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(import "goalpost:plugin/checks@0.1.0" "run" (func $run (param i32 i32 i32)))
(data (i32.const 4096) "deploy")
(data (i32.const 4200) "--help")
(data (i32.const 4300) "../tests")
(data (i32.const 4400) "tests\00")
(func $try (param $at i32) (param $length i32)
  (call $run (local.get $at) (local.get $length) (i32.const 1024))
  (if (i32.ne (i32.load8_u (i32.const 1024)) (i32.const 1)) (then unreachable)))
(func $main (param i32) (result i32)
  (call $try (i32.const 4096) (i32.const 6))
  (call $try (i32.const 4200) (i32.const 6))
  (call $try (i32.const 4300) (i32.const 8))
  (call $try (i32.const 4400) (i32.const 6))
  (call $try (i32.const 4096) (i32.const 0))
  (call $tell (i32.const 1032))
  (call $answer))
