#pragma once
#include "coder.h"

/* Fills coder->start and the hazards of one depth from the table of constants. */
void training_load(cdelta_coder *coder, cdelta_depth depth);
