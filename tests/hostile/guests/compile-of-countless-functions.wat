;; A module of fifty thousand functions: nothing to run, a gigabyte to compile.
;;! ends = "not-admitted"
;;! says = ["can't be compiled: the compiler was ended", "needs more than 100 MiB of memory"]
;;! compiling = { seconds = 60, memory_mib = 100 }

(component
  (core module $m
    @times(50000, (func))@
    (func (export "f") (result i32) i32.const 1))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $info (export "describe" (func $f)))
  (export "goalpost:plugin/plugin-info@0.1.0" (instance $info))
  (export "evaluate" (func $f)))
