;; Where exports are minified, too, only whoever built the module knows what allocates.
(module
  (memory (export "a") 1)
  (func (export "b") (param i32) (result i32)
    i32.const 1024)
  (func (export "c") (param i32))
  (func (export "main")
    (call 1 (call 0 (i32.const 10)))))
