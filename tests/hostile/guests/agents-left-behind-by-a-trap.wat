;; Starts agents and traps: what it started ends with it.
;;! world = "workflow"
;;! ends = "trapped"
;;! grants = { agents = { runs = 5, concurrent = 2 } }
;;! says = ["3 agents started", "agents still running: 0"]

(import "goalpost:plugin/agents@0.1.0" "spawn"
  (func $spawn (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i64 i32)))
(data (i32.const 4096) "work")
(func $main (param i32) (result i32)
  @times(3, (call $spawn (i32.const 4096) (i32.const 4) (i32.const 4096) (i32.const 4)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i64.const 0) (i32.const 0) (i64.const 0) (i32.const 1024)))@
  unreachable)
