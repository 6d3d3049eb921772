;; Asks a service until its calls are made.
;;! ends = "answers"
;;! grants = { http = [{ host = "api.example.com", scheme = "http", port = 80, methods = ["GET"], variables = [], private = false, calls = 3, request_bytes = 1024, response_bytes = 65536 }] }
;;! says = ["served 3 requests", "3 requests to http://api.example.com are made"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(import "goalpost:plugin/http@0.1.0" "send"
  (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
(data (i32.const 4096) "GET")
(data (i32.const 4112) "http://api.example.com/")
;; Asks, and logs what came of it: the body, or why there is none.
(func $ask (param $url i32) (param $length i32)
  (call $send (i32.const 4096) (i32.const 3) (local.get $url) (local.get $length)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1024))
  (if (i32.load8_u (i32.const 1024))
    (then (call $tell (i32.const 1032)))
    (else (call $tell (i32.const 1040)))))
(func $main (param i32) (result i32)
  (loop $more
    (call $ask (i32.const 4112) (i32.const 23))
    (br_if $more (i32.eqz (i32.load8_u (i32.const 1024)))))
  (call $answer))
