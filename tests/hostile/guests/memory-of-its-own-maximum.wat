;; Grows past its own maximum again and again: a growth that fails must give nothing back to its account.
;;! ends = "answers"

(memory (export "memory") 1)
(memory $b 1 2)
(func $main (param i32) (result i32)
  (loop $more
    (drop (memory.grow $b (i32.const 64)))
    (drop (memory.grow $b (i32.const 65535)))
    (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
  (memory.fill (i32.const 65536) (i32.const 7)
    (i32.mul (i32.sub (memory.size) (i32.const 1)) (i32.const 65536)))
  (call $answer))
