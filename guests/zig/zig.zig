//! How Zig asks for memory: through a table of functions, one table an allocator. Each function says what it asks for: a resize
//! counts as one more block, of the new size.

const std = @import("std");

/// Which of them is asked is known at run time only, as where a program hands its allocator on: then it is called through its
/// table. What the compiler knows it inlines, and nobody can count that.
const allocators = [_]std.mem.Allocator{ std.heap.wasm_allocator, std.heap.page_allocator };
var first: usize = 0;

fn general() std.mem.Allocator {
    return allocators[@as(*volatile usize, &first).*];
}

fn pages() std.mem.Allocator {
    return allocators[@as(*volatile usize, &first).* + 1];
}

/// What a volatile pointer points to escapes.
fn escape(memory: anytype) @TypeOf(memory) {
    std.mem.doNotOptimizeAway(memory);
    return memory;
}

/// 1 block of 100 bytes.
export fn plain() void {
    general().free(escape(general().alloc(u8, 100) catch unreachable));
}

/// 1 block of 24 bytes.
export fn created() void {
    const value = escape(general().create([3]u64) catch unreachable);
    general().destroy(value);
}

/// No block: there is nothing to keep.
export fn empty() void {
    general().free(escape(general().alloc(u8, 0) catch unreachable));
}

/// 2 blocks: one of 100 bytes becomes one of 110 where it is.
export fn resized() void {
    const memory = escape(general().alloc(u8, 100) catch unreachable);
    if (!general().resize(memory, 110)) unreachable;
    general().free(memory.ptr[0..110]);
}

/// 1 block of 100 bytes, for which there are 5,000 nowhere near.
export fn not_resized() void {
    const memory = escape(general().alloc(u8, 100) catch unreachable);
    if (general().resize(memory, 5000)) unreachable;
    general().free(memory);
}

/// 2 blocks of 100 and 5,000 bytes: it moves.
export fn moved() void {
    const memory = escape(general().alloc(u8, 100) catch unreachable);
    general().free(escape(general().realloc(memory, 5000) catch unreachable));
}

/// 2 blocks of 200 and 100,000 bytes, at multiples of 4,096 and 1.
export fn aligned() void {
    general().free(escape(general().alignedAlloc(u8, .fromByteUnits(4096), 200) catch unreachable));
    general().free(escape(general().alloc(u8, 100_000) catch unreachable));
}

/// 1 block of 70,000 bytes, of whole pages.
export fn whole_pages() void {
    pages().free(escape(pages().alloc(u8, 70_000) catch unreachable));
}

/// 1 block of 500 bytes, and no more: what is cut out of it is none.
export fn fixed() void {
    const memory = general().alloc(u8, 500) catch unreachable;
    defer general().free(memory);
    var buffer = std.heap.FixedBufferAllocator.init(memory);
    const inside = escape(buffer.allocator().alloc(u8, 100) catch unreachable);
    buffer.allocator().free(inside);
}

/// 1 block of 64 bytes that is never given back.
export fn leaked() void {
    _ = escape(general().alloc(u8, 64) catch unreachable);
}
