;; Imports twenty thousand functions: nobody reads as many lines, and comparing them has an end.
;;! ends = "not-loaded"
;;! says = ["more than 1000 imports"]

(component
  @times(20000, (import "i{i}" (func)))@)
