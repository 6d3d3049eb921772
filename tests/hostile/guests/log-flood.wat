;; Logs without end: what is past the limit is counted and not kept.
;;! ends = "answers"
;;! limits = { log_bytes = 1000 }
;;! says = ["; 10 log lines", "490 log messages dropped"]
;;! [control]
;;! limits = { log_bytes = 1000000 }
;;! says = ["; 500 log lines", "0 log messages dropped"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(data (i32.const 4096) "@times(84,x)@")
(func $main (param i32) (result i32)
  (local $i i32)
  (local.set $i (i32.const 500))
  (loop $more
    (call $log (i32.const 2) (i32.const 4096) (i32.const 84))
    (br_if $more (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
  (call $answer))
