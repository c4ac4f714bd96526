/* The explanation of one text as a person reads it. */
#ifndef GATEWAY_PROGRAM_EXPLAIN_H
#define GATEWAY_PROGRAM_EXPLAIN_H

#include <jansson.h>

/* Prints what understand_explain gave on standard output. */
void explain_print(const json_t *explanation);

#endif
