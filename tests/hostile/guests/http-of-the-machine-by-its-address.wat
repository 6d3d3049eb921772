;; Asks this machine and a cloud's metadata service by addresses in every spelling.
;;! ends = "answers"
;;! grants = { http = [{ host = "*.example.com", scheme = "http", port = 80, methods = ["GET"], variables = [], private = false, calls = 5, request_bytes = 1024, response_bytes = 65536 }] }
;;! says = ["http://127.0.0.1 is not granted", "http://169.254.169.254 is not granted", "http://[::1] is not granted", "is not an address of four plain decimal numbers", "connected to: []"]

(import "goalpost:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32)))
(import "goalpost:plugin/http@0.1.0" "send"
  (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
(data (i32.const 4096) "GET")
(data (i32.const 4112) "http://127.0.0.1/")
(data (i32.const 4144) "http://169.254.169.254/latest/meta-data/")
(data (i32.const 4192) "http://[::1]/")
(data (i32.const 4208) "http://127.1/")
(data (i32.const 4224) "http://0x7f000001/")
(data (i32.const 4256) "http://2130706433/")
(data (i32.const 4288) "http://0177.0.0.1/")
;; Asks, and logs what came of it: the body, or why there is none.
(func $ask (param $url i32) (param $length i32)
  (call $send (i32.const 4096) (i32.const 3) (local.get $url) (local.get $length)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1024))
  (if (i32.load8_u (i32.const 1024))
    (then (call $tell (i32.const 1032)))
    (else (call $tell (i32.const 1040)))))
(func $main (param i32) (result i32)
  (call $ask (i32.const 4112) (i32.const 17))
  (call $ask (i32.const 4144) (i32.const 40))
  (call $ask (i32.const 4192) (i32.const 13))
  (call $ask (i32.const 4208) (i32.const 13))
  (call $ask (i32.const 4224) (i32.const 18))
  (call $ask (i32.const 4256) (i32.const 18))
  (call $ask (i32.const 4288) (i32.const 18))
  (call $answer))
