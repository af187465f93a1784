(module
  (memory (export "memory") 1)
  (global $top (mut i32) (i32.const 64))
  (func $malloc (param $size i32) (result i32)
    (global.get $top)
    (global.set $top (i32.add (global.get $top) (local.get $size))))
  (func $free (param i32))
  (func (export "swizzles") (result v128)
    (i8x16.relaxed_swizzle
      (i32x4.splat (call $malloc (i32.const 1000)))
      (v128.const i8x16 200 1 2 255 4 5 6 7 8 9 10 11 12 13 14 15)))
  (func (export "multiplies") (result v128)
    (f32x4.relaxed_madd
      (f32x4.splat (f32.convert_i32_u (call $malloc (i32.const 3))))
      (f32x4.splat (f32.const 1.1))
      (f32x4.splat (f32.const 1e-7)))))
