#pragma once
#include <stddef.h>
#include <stdint.h>

/* libFuzzer as a function: runs `test` again and again, as the arguments say, and returns what a program ends with. */
int LLVMFuzzerRunDriver(int *_Nonnull argc, char *_Nullable *_Nullable *_Nonnull argv,
                        int (*_Nonnull test)(const uint8_t *_Nullable data, size_t size));
