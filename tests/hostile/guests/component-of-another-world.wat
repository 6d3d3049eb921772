;; A component of WASI's world for command lines.
;;! ends = "not-admitted"
;;! says = ["does not export `evaluate`", "does not export `goalpost:plugin/plugin-info@0.1.0`"]

(component
  (core module $m (func (export "run") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "run")))
  (instance $cli (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $cli)))
