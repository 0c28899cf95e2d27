#if defined(__x86_64__)
/* Only functions of this file may use AVX2: they run only where the processor was asked first. */
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"))), apply_to = function)
#else
#pragma GCC target("avx2,bmi,bmi2,lzcnt,popcnt")
#endif
#include "kernels_avx2.h"
#define CODER_KERNELS coder_kernels_avx2
#include "coder_body.h"
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
typedef int cdelta_not_x86_64; /* ISO C wants a declaration in every file */
#endif
