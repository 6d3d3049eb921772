;; A core module: the right functions, and no component.
;;! ends = "not-loaded"
;;! says = ["core WebAssembly module"]

(module
  (func (export "evaluate") (param i32) (result i32) (i32.const 0)))
