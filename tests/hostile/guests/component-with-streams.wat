;; Has a stream in a type, which no plugin is given.
;;! ends = "not-admitted"
;;! says = ["can't be compiled"]

(component
  (core module $m (func (export "f") (param i32) (result i32) i32.const 1))
  (core instance $i (instantiate $m))
  (func $f (param "s" (stream u8)) (result u32) (canon lift (core func $i "f")))
  (instance $info (export "describe" (func $f)))
  (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
  (export "evaluate" (func $f)))
