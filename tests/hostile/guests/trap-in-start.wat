;; Traps before anybody could ask it anything.
;;! ends = "not-admitted"
;;! says = ["could not describe itself", "unreachable"]

(func $start unreachable)
(start $start)
(func $main (param i32) (result i32) (call $answer))
