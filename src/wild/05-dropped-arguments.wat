;; Rust's allocator is a static, so an optimiser drops `self` where it is not used: here of two methods out of three.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 1024))
  (func $bump (param $size i32) (result i32)
    global.get $next
    (global.set $next (i32.add (global.get $next) (local.get $size))))
  (func $"_ZN8dlmalloc8dlmalloc17Dlmalloc$LT$A$GT$6malloc17h0123456789abcdefE" (param $size i32) (result i32)
    (call $bump (local.get $size)))
  (func $"_ZN8dlmalloc8dlmalloc17Dlmalloc$LT$A$GT$7realloc17h0123456789abcdefE" (param $address i32) (param $size i32) (result i32)
    (call $bump (local.get $size)))
  (func $"_ZN8dlmalloc8dlmalloc17Dlmalloc$LT$A$GT$4free17h0123456789abcdefE" (param $self i32) (param $address i32))
  (func $main (export "main")
    (call $"_ZN8dlmalloc8dlmalloc17Dlmalloc$LT$A$GT$4free17h0123456789abcdefE" (i32.const 512) (call $"_ZN8dlmalloc8dlmalloc17Dlmalloc$LT$A$GT$6malloc17h0123456789abcdefE" (i32.const 10)))
    (drop (call $"_ZN8dlmalloc8dlmalloc17Dlmalloc$LT$A$GT$7realloc17h0123456789abcdefE" (call $"_ZN8dlmalloc8dlmalloc17Dlmalloc$LT$A$GT$6malloc17h0123456789abcdefE" (i32.const 20)) (i32.const 40)))))
