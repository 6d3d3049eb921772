;; Asks a model that it was not granted.
;;! ends = "answers"
;;! grants = { llm = { models = ["p/m"], tokens = 1000, calls = 5 } }
;;! says = ["is not granted; granted: p/m", "model asked 0 times"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(import "goalpost:plugin/llm@0.1.0" "complete"
  (func $ask (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 f32 i32 i32 i32 i32)))
(data (i32.const 4096) "q")
(data (i32.const 4112) "\00\00\00\00\00\10\00\00\01\00\00\00")
(data (i32.const 4200) "p/expensive")
(func $main (param i32) (result i32)
  (call $ask (i32.const 1) (i32.const 4200) (i32.const 11) (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const 4112) (i32.const 1) (i32.const 10) (i32.const 0) (f32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1024))
  (if (i32.eqz (i32.load8_u (i32.const 1024))) (then unreachable))
  (call $tell (i32.const 1036))
  (call $answer))
