;; What Go's modules looked like before 1.24: every function is (i32) -> (i32), and what it takes and returns lies on a stack in memory.
(module
  (memory (export "memory") 1)
  (func $runtime.mallocgc (param i32) (result i32) (memory.grow (i32.const 0)))
  (func $runtime.newobject (param i32) (result i32) (call $runtime.mallocgc (i32.const 0)))
  (func $wasm_pc_f_loop (drop (call $runtime.newobject (i32.const 0))))
  (func $main.work (export "work") (call $wasm_pc_f_loop)))
