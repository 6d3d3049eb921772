;; A pair of pairs of pairs: a type whose size doubles with every line.
;;! ends = "not-admitted"
;;! says = ["can't be compiled", "type size"]

(component
  (type (tuple u8 u8))
  @times(60, (type (tuple {i} {i})))@
  (export "evaluate" (type 60))
  (export "goalpost:plugin/plugin-info@0.1.0" (type 0)))
