;; Reads the trees when it is asked what it is, before any goal: there are none yet.
;;! ends = "not-admitted"
;;! grants = { tree = true }
;;! says = ["could not describe itself"]

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(func $describe (result i32)
  (drop (call $sealed))
  (i32.const 128))
(func $main (param i32) (result i32) (call $answer))
