;; Asks a model until its calls are made.
;;! ends = "answers"
;;! grants = { llm = { models = ["p/m"], tokens = 1000000, calls = 3 } }
;;! says = ["model asked 3 times", "the grant's 3 calls are made"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(import "goalpost:plugin/llm@0.1.0" "complete"
  (func $ask (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 f32 i32 i32 i32 i32)))
(data (i32.const 4096) "q")
(data (i32.const 4112) "\00\00\00\00\00\10\00\00\01\00\00\00")
(func $main (param i32) (result i32)
  (loop $more
    (call $ask (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i32.const 4112) (i32.const 1) (i32.const 10) (i32.const 0) (f32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1024))
    (br_if $more (i32.eqz (i32.load8_u (i32.const 1024)))))
  (call $tell (i32.const 1036))
  (call $answer))
