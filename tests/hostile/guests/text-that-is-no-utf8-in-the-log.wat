;; Logs a text with half a character and a surrogate in it.
;;! ends = "malformed"
;;! says = ["utf-8", "; 0 log lines"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(data (i32.const 4096) "a\ed\a0\80b\e2\82")
(func $main (param i32) (result i32)
  (call $log (i32.const 2) (i32.const 4096) (i32.const 7))
  unreachable)
