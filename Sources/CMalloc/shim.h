#pragma once
/* The allocator's controls, which Swift's Glibc module leaves out. */
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
