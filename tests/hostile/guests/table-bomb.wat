;; Takes tables until it is refused: an element is eight bytes of the host's.
;;! ends = "answers"
;;! limits = { memory_mib = 2 }

(table $a 1 funcref)
(table $b 1 funcref)
(func $main (param i32) (result i32)
  (loop $more
    (br_if $more (i32.ne (table.grow $a (ref.null func) (i32.const 1000)) (i32.const -1)))
    (br_if $more (i32.ne (table.grow $b (ref.null func) (i32.const 1000)) (i32.const -1))))
  (call $answer))
