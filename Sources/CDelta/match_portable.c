#include "kernels_portable.h"
#define CDELTA_KERNELS cdelta_kernels_portable
#include "match_body.h"
