;; Never returns, and writes memory all the while.
;;! ends = "timed-out"

(func $main (param i32) (result i32)
  (loop $forever
    (memory.fill (i32.const 0) (i32.const 7) (i32.const 60000))
    (br $forever))
  unreachable)
