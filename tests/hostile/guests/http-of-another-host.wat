;; Asks a service that it was not granted: by name, by scheme, by port, and by what some programs take for the granted one.
;;! ends = "answers"
;;! grants = { http = [{ host = "api.example.com", scheme = "http", port = 80, methods = ["GET"], variables = [], private = false, calls = 5, request_bytes = 1024, response_bytes = 65536 }] }
;;! says = ["https://api.example.com is not granted", "http://evil.example.com is not granted", "http://api.example.com:81 is not granted", "a user or a password", "one of its labels is", "connected to: []"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(import "goalpost:plugin/http@0.1.0" "send"
  (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
(data (i32.const 4096) "GET")
(data (i32.const 4112) "https://api.example.com/")
(data (i32.const 4144) "http://evil.example.com/")
(data (i32.const 4176) "http://api.example.com:81/")
(data (i32.const 4208) "http://api.example.com@evil.example.com/")
(data (i32.const 4256) "http://api.example.com./")
;; Asks, and logs what came of it: the body, or why there is none.
(func $ask (param $url i32) (param $length i32)
  (call $send (i32.const 4096) (i32.const 3) (local.get $url) (local.get $length)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1024))
  (if (i32.load8_u (i32.const 1024))
    (then (call $tell (i32.const 1032)))
    (else (call $tell (i32.const 1040)))))
(func $main (param i32) (result i32)
  (call $ask (i32.const 4112) (i32.const 24))
  (call $ask (i32.const 4144) (i32.const 24))
  (call $ask (i32.const 4176) (i32.const 26))
  (call $ask (i32.const 4208) (i32.const 40))
  (call $ask (i32.const 4256) (i32.const 24))
  (call $answer))
