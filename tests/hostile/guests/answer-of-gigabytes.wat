;; Answers with a million findings that all lie in the same place: nothing for the guest, gigabytes for the host.
;;! ends = "malformed"

(memory (export "memory") 480)
(func $main (param i32) (result i32)
  (i32.store (i32.const 276) (i32.const 65536))
  (i32.store (i32.const 280) (i32.const 400000))
  (call $answer))
