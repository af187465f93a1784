;; Tells its host of its allocations, and of something else.
(module
  (import "env" "logAlloc" (func $log (param i32 i32)))
  (import "env" "logString" (func $log_string (param i32 i32) (result i32)))
  (func (export "work")
    (call $log (i32.const 0) (i32.const 16))))
