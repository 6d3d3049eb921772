;; A list of a list of a list, five thousand deep.
;;! ends = "not-admitted"

(component
  (type $t0 (list u8))
  (type (list $t0))
  @times(5000, (type (list {i})))@
  (core module $m (func (export "f") (result i32) i32.const 1))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $info (export "describe" (func $f)))
  (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
  (export "evaluate" (func $f)))
