#include "kernels_portable.h"
#define CODER_KERNELS coder_kernels_portable
#include "coder_body.h"
