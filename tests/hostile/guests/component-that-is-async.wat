;; Exports its functions as async ones.
;;! ends = "not-admitted"
;;! says = ["its export `evaluate`: it is async, and must not be"]

(component
  (core module $m
    (func (export "f") (result i32) i32.const 1)
    (func (export "cb") (param i32 i32 i32) (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (func $f async (result u32) (canon lift (core func $i "f") async (callback (core func $i "cb"))))
  (instance $info (export "describe" (func $f)))
  (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
  (export "evaluate" (func $f)))
