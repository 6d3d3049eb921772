;; Brings 40 MB of data along and a memory to put it in: more than it may have.
;;! ends = "not-admitted"
;;! says = ["32 MiB of memory"]
;;! host_mib = 400

(memory (export "memory") 700)
(data (i32.const 65536) "@times(4000000,0123456789)@")
(func $main (param i32) (result i32) (call $answer))
