;; A pair of pairs of pairs: a type whose size doubles with every line.
;;! ends = "not-admitted"

(component
  (type (tuple u8 u8))
  @times(60, (type (tuple {i} {i})))@
  (core module $m (func (export "f") (result i32) i32.const 1))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $info (export "describe" (func $f)))
  (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
  (export "evaluate" (func $f)))
