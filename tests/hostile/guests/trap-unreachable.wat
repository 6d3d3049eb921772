;; Traps.
;;! ends = "trapped"
;;! says = ["unreachable"]

(func $main (param i32) (result i32) unreachable)
