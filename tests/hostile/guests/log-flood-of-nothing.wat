;; Logs empty messages without end: they are no way around the limit in bytes.
;;! ends = "answers"
;;! limits = { log_bytes = 1600 }
;;! says = ["; 100 log lines", "4900 log messages dropped"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(func $main (param i32) (result i32)
  (local $i i32)
  (local.set $i (i32.const 5000))
  (loop $more
    (call $log (i32.const 2) (i32.const 0) (i32.const 0))
    (br_if $more (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
  (call $answer))
