;; Starts agents without end, and leaves them running when it is over.
;;! world = "workflow"
;;! ends = "answers"
;;! grants = { agents = { runs = 5, concurrent = 2 } }
;;! says = ["the grant's 5 runs are used", "5 agents started", "agents still running: 0"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(import "goalpost:plugin/agents@0.1.0" "spawn"
  (func $spawn (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i64 i32)))
(data (i32.const 4096) "work")
(func $main (param i32) (result i32)
  (loop $more
    (call $spawn (i32.const 4096) (i32.const 4) (i32.const 4096) (i32.const 4)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 0) (i64.const 0) (i32.const 0) (i64.const 0) (i32.const 1024))
    (br_if $more (i32.eqz (i32.load8_u (i32.const 1024)))))
  (call $tell (i32.const 1032))
  (call $answer))
