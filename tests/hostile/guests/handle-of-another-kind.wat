;; Passes the handle of a tree where a finished check is expected.
;;! ends = "malformed"
;;! grants = { tree = true, checks = ["tests"] }

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(import "goalpost:plugin/checks@0.1.0" "[method]check-run.report" (func $report (param i32 i32)))
(func $main (param i32) (result i32)
  (call $report (call $sealed) (i32.const 1024))
  unreachable)
