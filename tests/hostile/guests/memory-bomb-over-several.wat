;; Takes memory in several linear memories, touching each: there is one account for all of them.
;;! ends = "answers"
;;! [control]
;;! limits = { memory_mib = 512 }
;;! grows_mib = 400

(memory (export "memory") 1)
(memory $b 1)
(memory $c 1)
(memory $d 1)
(func $main (param i32) (result i32)
  (loop $more
    (br_if $more (i32.ne (memory.grow $b (i32.const 16)) (i32.const -1)))
    (br_if $more (i32.ne (memory.grow $c (i32.const 16)) (i32.const -1)))
    (br_if $more (i32.ne (memory.grow $d (i32.const 16)) (i32.const -1))))
  (memory.fill $b (i32.const 0) (i32.const 7) (i32.mul (memory.size $b) (i32.const 65536)))
  (memory.fill $c (i32.const 0) (i32.const 7) (i32.mul (memory.size $c) (i32.const 65536)))
  (memory.fill $d (i32.const 0) (i32.const 7) (i32.mul (memory.size $d) (i32.const 65536)))
  (call $answer))
