/* What the fuzz targets share. A target is a function of bytes that ends the program when its
 * property does not hold; libFuzzer or replay.c calls it. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/mem.h"
#include "gateway/base/slice.h"
#include "gateway/base/utf8.h"

/* The target; 0 always. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* What a target makes once, before libFuzzer's clock for a single input runs. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define require(property)                                                                          \
    do {                                                                                           \
        if (!(property)) {                                                                         \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #property);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static inline struct slice input(const uint8_t *data, size_t size)
{
    return (struct slice){ (const char *)data, size };
}

/* What every text that goes further has to be: UTF-8 without NUL and control characters. */
static inline bool is_clean_text(struct slice text)
{
    if (!utf8_valid(text))
        return false;
    for (int32_t cp; (cp = utf8_next(&text)) >= 0;)
        if ((cp < 0x20 && cp != '\t' && cp != '\n') || (cp >= 0x7F && cp <= 0x9F))
            return false;
    return true;
}

#endif
