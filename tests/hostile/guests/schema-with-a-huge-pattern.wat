;; Describes its configuration with a pattern that would compile to a million states.
;;! ends = "not-admitted"
;;! says = ["the schema of its configuration can't be used"]

(data (i32.const 4096) "{\22pattern\22:\22(a{1000}){1000}\22}")
(func $describe (result i32)
  (i32.store (i32.const 152) (i32.const 4096))
  (i32.store (i32.const 156) (i32.const 29))
  (i32.const 128))
(func $main (param i32) (result i32) (call $answer))
