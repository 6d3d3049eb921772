;; Has more memories than a component may have.
;;! ends = "not-admitted"
;;! says = ["memories"]

(memory (export "memory") 1)
@times(90, (memory 1))@
(func $main (param i32) (result i32) (call $answer))
