;; Takes all memory that it can while the host waits for some.
;;! ends = "memory"

(func $realloc (param i32 i32 i32 i32) (result i32)
  (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
  unreachable)
(func $main (param i32) (result i32) (call $answer))
