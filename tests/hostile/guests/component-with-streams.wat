;; Has a stream in a type, which no plugin is given.
;;! ends = "not-admitted"
;;! says = ["can't be compiled", "async"]

(beside
  (type (stream u8)))
