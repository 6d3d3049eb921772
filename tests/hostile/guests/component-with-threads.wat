;; Has a memory that is shared between threads.
;;! ends = "not-admitted"
;;! says = ["can't be compiled"]

(component
  (core module $m (memory 1 2 shared) (func (export "f") (result i32) i32.const 1))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $info (export "describe" (func $f)))
  (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
  (export "evaluate" (func $f)))
