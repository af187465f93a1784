// What throwing takes: the standard library for wasm comes without. One exception at a time, caught by `catch (...)` only,
// since nothing here compares types.

#include <cstddef>
#include <cstdlib>

// The tag of C++ exceptions, by the name that the compiler knows.
__asm__(".globl __cpp_exception\n"
        ".tagtype __cpp_exception i32\n"
        "__cpp_exception:\n");

static void *caught;

extern "C" {

void *__cxa_allocate_exception(size_t size) {
    return std::malloc(size);
}

void __cxa_free_exception(void *exception) {
    std::free(exception);
}

void __cxa_throw(void *exception, void *, void *(*)(void *)) {
    __builtin_wasm_throw(0, exception);
}

void *__cxa_begin_catch(void *exception) {
    return caught = exception;
}

void __cxa_end_catch() {
    std::free(caught);
    caught = nullptr;
}

}
