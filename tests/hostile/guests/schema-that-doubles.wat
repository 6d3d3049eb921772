;; Describes its configuration with a schema that refers to the next twice, forty times over.
;;! ends = "not-admitted"
;;! says = ["nodes"]

(data (i32.const 4096) "{\22$ref\22:\22#/$defs/d0\22,\22$defs\22:{@times(40,\22d{i}\22:{\22allOf\22:[{\22$ref\22:\22#/$defs/d{i+1}\22},{\22$ref\22:\22#/$defs/d{i+1}\22}]},)@\22d40\22:{}}}\00")
(func $describe (result i32)
  (local $end i32)
  (local.set $end (i32.const 4096))
  (loop $more
    (local.set $end (i32.add (local.get $end) (i32.const 1)))
    (br_if $more (i32.load8_u (local.get $end))))
  (i32.store (i32.const 152) (i32.const 4096))
  (i32.store (i32.const 156) (i32.sub (local.get $end) (i32.const 4096)))
  (i32.const 128))
(func $main (param i32) (result i32) (call $answer))
