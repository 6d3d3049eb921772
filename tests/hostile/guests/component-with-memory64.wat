;; Has a memory of 64-bit addresses.
;;! ends = "not-admitted"
;;! says = ["can't be compiled", "memory64"]

(beside
  (core module (memory i64 1)))
