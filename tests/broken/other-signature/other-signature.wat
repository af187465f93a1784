;; A `malloc` of its own: it takes an arena as well, so that the name alone says nothing of what it does.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func $malloc (param $arena i32) (param $size i32) (result i32)
    global.get $next
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (func $free (param $address i32))
  (func $work (export "work")
    (drop (call $malloc (i32.const 512) (i32.const 10)))))
