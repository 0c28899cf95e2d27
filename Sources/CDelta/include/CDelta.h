#pragma once
#include "cdelta_base.h"
#include "cdelta_index.h"
#include "cdelta_isa.h"
#include "cdelta_matcher.h"
#include "cdelta_operations.h"
#include "cdelta_context.h"
