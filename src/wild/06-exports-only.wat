;; Modules are shipped without names: an exported allocator is known, and whoever calls it is a number.
(module
  (memory (export "memory") 1)
  (global (mut i32) (i32.const 1024))
  (func (param i32) (result i32)
    global.get 0
    (global.set 0 (i32.add (global.get 0) (local.get 0))))
  (func (export "malloc") (param i32) (result i32)
    (call 0 (local.get 0)))
  (func (export "free") (param i32))
  (func (export "__wbindgen_malloc") (param i32 i32) (result i32)
    (call 1 (local.get 0)))
  (func (export "__wbindgen_free") (param i32 i32 i32)
    (call 2 (local.get 0)))
  (func
    (drop (call 1 (i32.const 30))))
  (func (export "main")
    (call 2 (call 1 (i32.const 10)))
    (call 4 (call 3 (i32.const 20) (i32.const 1)) (i32.const 20) (i32.const 1))
    (call 5)))
