;; Calls itself without end, before anybody could ask it anything.
;;! ends = "not-admitted"
;;! says = ["stack"]

(func $start (call $start))
(start $start)
(func $main (param i32) (result i32) (call $answer))
