;; A list of a list of a list, five thousand deep.
;;! ends = "not-admitted"

(component
  (type $t0 (list u8))
  (type (list $t0))
  @times(5000, (type (list {i})))@
  (export "evaluate" (type 5000))
  (export "goalpost:plugin/plugin-info@0.1.0" (type 0)))
