;; Looks for folders, arguments, variables of the environment, and a socket: there are none.
;;! ends = "answers"
;;! wasi = true

(import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $folders (param i32)))
(import "wasi:cli/environment@0.2.3" "get-environment" (func $environment (param i32)))
(import "wasi:cli/environment@0.2.3" "get-arguments" (func $arguments (param i32)))
(import "wasi:sockets/tcp-create-socket@0.2.3" "create-tcp-socket" (func $socket (param i32 i32)))
(func $none (if (i32.load (i32.const 1028)) (then unreachable)))
(func $main (param i32) (result i32)
  (call $folders (i32.const 1024)) (call $none)
  (call $environment (i32.const 1024)) (call $none)
  (call $arguments (i32.const 1024)) (call $none)
  (call $socket (i32.const 0) (i32.const 1024))
  ;; Access denied, or a socket that can do nothing.
  (call $answer))
