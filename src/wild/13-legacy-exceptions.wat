;; Exceptions of the first form are refused.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func $bump (param $size i32) (result i32)
    global.get $next
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (tag $error)
  (func $malloc (param $size i32) (result i32)
    (call $bump (local.get $size)))
  (func $main (export "main")
    try
      (drop (call $malloc (i32.const 10)))
      (throw $error)
    catch_all
    end))
