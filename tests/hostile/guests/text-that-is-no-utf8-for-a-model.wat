;; Asks a model something that is no UTF-8: it must not be spent on.
;;! ends = "malformed"
;;! says = ["model asked 0 times"]
;;! grants = { llm = { models = ["p/m"], tokens = 1000, calls = 5 } }

(import "goalpost:plugin/llm@0.1.0" "complete"
  (func $ask (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 f32 i32 i32 i32 i32)))
(data (i32.const 4096) "\ff\ff\ff\ff")
(data (i32.const 4112) "\00\00\00\00\00\10\00\00\04\00\00\00")
(func $main (param i32) (result i32)
  (call $ask (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const 4112) (i32.const 1) (i32.const 10) (i32.const 0) (f32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1024))
  unreachable)
