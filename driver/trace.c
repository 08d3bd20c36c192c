// SPDX-License-Identifier: GPL-2.0
/* The tracepoints; Documentation/tracing.rst shows their use */
#define CREATE_TRACE_POINTS
#include "trace.h"
