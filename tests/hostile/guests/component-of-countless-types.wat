;; Defines twenty thousand types that nobody uses.
;;! ends = "not-admitted"
;;! host_mib = 400

(component
  @times(20000, (type (list u8)))@
  (core module $m (func (export "f") (result i32) i32.const 1))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $info (export "describe" (func $f)))
  (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
  (export "evaluate" (func $f)))
