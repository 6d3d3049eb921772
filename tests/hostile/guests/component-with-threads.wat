;; Has a memory that is shared between threads.
;;! ends = "not-admitted"
;;! says = ["can't be compiled", "threads"]

(beside
  (core module (memory 1 2 shared)))
