;; Never gets past its start function, before anybody could ask it anything.
;;! ends = "timed-out-describing"

(func $spin (loop $forever (br $forever)))
(start $spin)
(func $main (param i32) (result i32) (call $answer))
