;; Has an async function in a type, which no plugin is given.
;;! ends = "not-admitted"
;;! says = ["can't be compiled", "async"]

(beside
  (type (func async (result u32))))
