;; Calls through a table of nothing.
;;! ends = "trapped"

(type $answers (func (result i32)))
(table $t 4 funcref)
(func $main (param i32) (result i32) (call_indirect $t (type $answers) (i32.const 2)))
