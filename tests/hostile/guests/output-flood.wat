;; Prints without end, on standard output by WASI. There is no end of line in it, ever.
;;! ends = "answers"
;;! wasi = true
;;! limits = { log_bytes = 10000 }
;;! says = ["; 2 log lines"]

(import "wasi:cli/stdout@0.2.3" "get-stdout" (func $stdout (result i32)))
(import "wasi:io/streams@0.2.3" "[method]output-stream.blocking-write-and-flush"
  (func $write (param i32 i32 i32 i32)))
(func $main (param i32) (result i32)
  (local $i i32) (local $out i32)
  (memory.fill (i32.const 4096) (i32.const 120) (i32.const 4096))
  (local.set $out (call $stdout))
  (local.set $i (i32.const 2000))
  (loop $more
    (call $write (local.get $out) (i32.const 4096) (i32.const 4096) (i32.const 1024))
    (br_if $more (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
  (call $answer))
