;; Makes a module a hundred times over.
;;! ends = "not-admitted"
;;! says = ["instances"]

(component
  (core module $m (memory 1) (func (export "f") (result i32) i32.const 1))
  @times(100, (core instance (instantiate $m)))@
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $info (export "describe" (func $f)))
  (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
  (export "evaluate" (func $f)))
