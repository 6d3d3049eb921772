;; Calls itself by a name of 24 MB.
;;! ends = "not-admitted"
;;! says = ["could not describe itself"]

(memory (export "memory") 400)
(func $describe (result i32)
  (i32.store (i32.const 128) (i32.const 0))
  (i32.store (i32.const 132) (i32.const 0x1800000))
  (i32.const 128))
(func $main (param i32) (result i32) (call $answer))
