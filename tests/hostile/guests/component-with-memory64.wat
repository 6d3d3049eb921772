;; Has a memory of 64-bit addresses.
;;! ends = "not-admitted"
;;! says = ["can't be compiled"]

(component
  (core module $m (memory i64 1) (func (export "f") (result i32) i32.const 1))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $info (export "describe" (func $f)))
  (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
  (export "evaluate" (func $f)))
