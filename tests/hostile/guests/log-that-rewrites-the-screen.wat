;; Logs what would move the cursor, hide a line, or turn the text around.
;;! ends = "answers"
;;! says = ["before \n after"]
;;! never_says = ["\u001b", "\u202e", "[2K"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(data (i32.const 4096) "before \1b[2K\1b[1A\0d\e2\80\ae after")
(func $main (param i32) (result i32)
  (call $log (i32.const 2) (i32.const 4096) (i32.const 26))
  (call $answer))
