;; Describes its configuration with a schema of a megabyte.
;;! ends = "not-admitted"
;;! says = ["the schema is longer than 65536 bytes"]

(memory (export "memory") 40)
(func $describe (result i32)
  (memory.fill (i32.const 65536) (i32.const 120) (i32.const 1000000))
  (i32.store (i32.const 152) (i32.const 65536))
  (i32.store (i32.const 156) (i32.const 1000000))
  (i32.const 128))
(func $main (param i32) (result i32) (call $answer))
