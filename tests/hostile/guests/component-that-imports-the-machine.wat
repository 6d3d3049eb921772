;; Imports what would reach the machine: a service of somebody else's, HTTP by WASI, and a function without a package.
;;! ends = "not-admitted"
;;! says = ["acme:shell/run@1.0.0", "wasi:http/outgoing-handler@0.2.0", "`system`", "does not export `evaluate`"]

(component
  (import "acme:shell/run@1.0.0" (instance (export "run" (func (param "command" string)))))
  (import "wasi:http/outgoing-handler@0.2.0" (instance))
  (import "system" (func (param "command" string))))
