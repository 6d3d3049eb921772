;; Wants the trees and was not granted them.
;;! ends = "not-admitted"
;;! says = ["not granted", "tree = true"]

(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(func $main (param i32) (result i32) (drop (call $sealed)) (call $answer))
