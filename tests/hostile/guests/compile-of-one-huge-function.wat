;; One function of 20,000 branches that all share 300 variables: little to read, and hours of allocating registers.
;;! ends = "not-admitted"
;;! says = ["can't be compiled: compiling it takes more than 3 s"]
;;! compiling = { seconds = 3 }

(func $big (param i32) (result i32)
  @times(300, (local $l{i} i32))@
  @times(20000, (if (i32.eq (local.get 0) (i32.const {i})) (then
    (local.set $l1 (i32.add (local.get $l2) (local.get $l3))) (local.set $l3 (i32.xor (local.get $l1) (local.get $l250)))
    (local.set $l250 (i32.add (local.get $l3) (local.get $l17))) (local.set $l17 (i32.mul (local.get $l250) (local.get $l299))))))@
  @times(300, (local.set 0 (i32.add (local.get 0) (local.get $l{i}))))@
  (local.get 0))
(func $main (param i32) (result i32)
  (drop (call $big (i32.const 1)))
  (call $answer))
