#if defined(__aarch64__)
#include "kernels_neon.h"
#define CODER_KERNELS coder_kernels_neon
#include "coder_body.h"
#else
typedef int cdelta_not_aarch64; /* ISO C wants a declaration in every file */
#endif
