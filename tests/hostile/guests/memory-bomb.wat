;; Takes memory until it is refused, touches all of it, and dies of it.
;;! ends = "memory"
;;! [control]
;;! limits = { memory_mib = 600 }
;;! ends = "memory"
;;! grows_mib = 400

(func $main (param i32) (result i32)
  (loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
  (memory.fill (i32.const 65536) (i32.const 7)
    (i32.mul (i32.sub (memory.size) (i32.const 1)) (i32.const 65536)))
  unreachable)
