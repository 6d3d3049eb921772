;; Reads what is not in its folder: by "..", by an absolute path, through links, and in folders that it was not granted.
;;! ends = "answers"
;;! grants = { files = { docs = { path = "docs", bytes = 1000 } } }
;;! says = ["hello", "this plugin may read: docs"]
;;! never_says = ["SECRET", "root:"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(import "goalpost:plugin/files@0.1.0" "read" (func $read (param i32 i32 i32 i32 i64 i32 i32)))
(data (i32.const 4096) "docs")
(data (i32.const 4200) "../outside.txt")
(data (i32.const 4300) "/etc/passwd")
(data (i32.const 4400) "src/../../outside.txt")
(data (i32.const 4500) "etc/passwd")
(data (i32.const 4600) "link")
(data (i32.const 4700) "src/a.txt\00/../../outside.txt")
(data (i32.const 4800) "docs/..")
(func $get (param $folder i32) (param $named i32) (param $at i32) (param $length i32)
  (call $read (local.get $folder) (local.get $named) (local.get $at) (local.get $length)
    (i64.const 0) (i32.const 1000) (i32.const 1024)))
(func $try (param $folder i32) (param $named i32) (param $at i32) (param $length i32)
  (call $get (local.get $folder) (local.get $named) (local.get $at) (local.get $length))
  (if (i32.eqz (i32.load8_u (i32.const 1024))) (then
    (call $tell (i32.const 1028))
    unreachable)))
(func $main (param i32) (result i32)
  (call $try (i32.const 4096) (i32.const 4) (i32.const 4200) (i32.const 14))
  (call $try (i32.const 4096) (i32.const 4) (i32.const 4300) (i32.const 11))
  (call $try (i32.const 4096) (i32.const 4) (i32.const 4400) (i32.const 21))
  (call $try (i32.const 4096) (i32.const 4) (i32.const 4500) (i32.const 10))
  (call $try (i32.const 4096) (i32.const 4) (i32.const 4600) (i32.const 4))
  (call $try (i32.const 4096) (i32.const 4) (i32.const 4700) (i32.const 28))
  (call $try (i32.const 4096) (i32.const 0) (i32.const 4700) (i32.const 9))
  (call $try (i32.const 4800) (i32.const 7) (i32.const 4700) (i32.const 9))
  (call $tell (i32.const 1032))
  ;; What is there is given all the same.
  (call $get (i32.const 4096) (i32.const 4) (i32.const 4700) (i32.const 9))
  (if (i32.load8_u (i32.const 1024)) (then unreachable))
  (call $tell (i32.const 1028))
  (call $answer))
