;; Never returns, and calls nobody.
;;! ends = "timed-out"
;;! [control]
;;! limits = { timeout_ms = 1500 }
;;! lasts_ms = 1500

(func $main (param i32) (result i32)
  (loop $forever (br $forever))
  unreachable)
