#pragma once
/* What Swift's Glibc module leaves out: the allocator's controls, and what spawn.h has for _GNU_SOURCE only. */
#include <spawn.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
#endif
