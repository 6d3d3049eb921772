;; Never returns: one instruction that writes 26 MB after another. Nothing stops a guest within an instruction.
;;! ends = "timed-out"

(memory (export "memory") 400)
(func $main (param i32) (result i32)
  (loop $forever
    (memory.fill (i32.const 0) (i32.const 7) (i32.const 26000000))
    (br $forever))
  unreachable)
