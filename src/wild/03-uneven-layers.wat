;; An optimiser inlines layers unevenly: what is allocated through one layer is freed through another.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func $bump (param $size i32) (result i32)
    global.get $next
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (func $dlmalloc (param $size i32) (result i32)
    (call $bump (local.get $size)))
  (func $dlfree (param i32))
  (func $malloc (param $size i32) (result i32)
    (call $dlmalloc (local.get $size)))
  (func $free (param $address i32)
    (call $dlfree (local.get $address)))
  ;; What lies before the block tells where the layer below has it.
  (func $__rust_alloc (param $size i32) (param $align i32) (result i32)
    (i32.add (call $malloc (i32.add (local.get $size) (local.get $align))) (local.get $align)))
  (func $_Znwm (param $size i32) (result i32)
    (call $malloc (local.get $size)))

  ;; `__rust_dealloc` is inlined everywhere.
  (func $drop_a_box
    (call $free (i32.sub (call $__rust_alloc (i32.const 10) (i32.const 8)) (i32.const 8))))
  ;; `operator delete` is inlined, and so is `free` in it.
  (func $delete_an_object
    (call $dlfree (call $_Znwm (i32.const 20))))
  ;; Here `malloc` is inlined.
  (func $drop_a_counted
    (call $free (call $dlmalloc (i32.const 30))))
  (func $forget_a_box
    (drop (call $__rust_alloc (i32.const 40) (i32.const 8))))

  (func $main (export "main")
    (call $drop_a_box)
    (call $delete_an_object)
    (call $drop_a_counted)
    (call $forget_a_box)))
