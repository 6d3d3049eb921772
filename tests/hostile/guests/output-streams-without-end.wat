;; Opens standard output without end and drops none of the handles.
;;! ends = "malformed"
;;! wasi = true

(import "wasi:cli/stdout@0.2.3" "get-stdout" (func $stdout (result i32)))
(func $main (param i32) (result i32)
  (loop $forever
    (drop (call $stdout))
    (br $forever))
  unreachable)
