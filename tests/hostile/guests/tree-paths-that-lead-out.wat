;; Reads what is not in the tree: by "..", by an absolute path, by a NUL, through links, in git's own folder.
;;! ends = "answers"
;;! grants = { tree = true }
;;! says = ["../outside.txt"]
;;! never_says = ["SECRET", "root:"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(import "goalpost:plugin/tree@0.1.0" "sealed" (func $sealed (result i32)))
(import "goalpost:plugin/tree@0.1.0" "[method]tree.read" (func $read (param i32 i32 i32 i64 i32 i32)))
(data (i32.const 4096) "../outside.txt")
(data (i32.const 4200) "/etc/passwd")
(data (i32.const 4300) "src/../../outside.txt")
(data (i32.const 4400) "src/a.txt\00/../../outside.txt")
(data (i32.const 4500) "etc/passwd")
(data (i32.const 4600) ".git/config")
(data (i32.const 4700) "src//a.txt")
(data (i32.const 4800) "./src/a.txt")
(data (i32.const 4900) "link")
(func $try (param $tree i32) (param $at i32) (param $length i32)
  (call $read (local.get $tree) (local.get $at) (local.get $length) (i64.const 0) (i32.const 1000) (i32.const 1024))
  (if (i32.eqz (i32.load8_u (i32.const 1024))) (then
    (call $tell (i32.const 1028))
    unreachable)))
(func $main (param i32) (result i32)
  (local $tree i32)
  (local.set $tree (call $sealed))
  (call $try (local.get $tree) (i32.const 4096) (i32.const 14))
  (call $try (local.get $tree) (i32.const 4200) (i32.const 11))
  (call $try (local.get $tree) (i32.const 4300) (i32.const 21))
  (call $try (local.get $tree) (i32.const 4400) (i32.const 28))
  (call $try (local.get $tree) (i32.const 4500) (i32.const 10))
  (call $try (local.get $tree) (i32.const 4600) (i32.const 11))
  (call $try (local.get $tree) (i32.const 4700) (i32.const 10))
  (call $try (local.get $tree) (i32.const 4800) (i32.const 11))
  ;; Of a link, its target is its content, and nothing more.
  (call $read (local.get $tree) (i32.const 4900) (i32.const 4) (i64.const 0) (i32.const 1000) (i32.const 1024))
  (if (i32.load8_u (i32.const 1024)) (then unreachable))
  (call $tell (i32.const 1028))
  (call $answer))
