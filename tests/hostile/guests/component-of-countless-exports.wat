;; Exports the same function under twenty thousand names.
;;! ends = "not-loaded"
;;! says = ["more than 1000 exports"]

(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  @times(20000, (export "e{i}" (func $f)))@)
