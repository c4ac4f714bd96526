/* Any bytes: encoding what was read and reading it again gives the same fields. */
#include "adapters/form.h"

#include "gateway/base/sbuf.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct form *form, struct arena *arena)
{
    struct sbuf again;
    struct form second;
    sbuf_init(&again, 3 * FORM_BYTES_MAX + 2 * FORM_FIELDS_MAX);
    for (size_t i = 0; i < form->count; i++) {
        sbuf_url(&again, form->fields[i].name);
        sbuf_char(&again, '=');
        sbuf_url(&again, form->fields[i].value);
        sbuf_char(&again, '&');
    }
    require(!again.failed);
    int rv = form_parse(sbuf_slice(&again), arena, &second);
    require(rv == 0 || (rv == GW_ETOOBIG && again.n > FORM_BYTES_MAX));
    require(rv != 0 || second.count == form->count);
    for (size_t i = 0; rv == 0 && i < form->count; i++) {
        require(slice_eq(form->fields[i].name, second.fields[i].name));
        require(slice_eq(form->fields[i].value, second.fields[i].value));
    }
    sbuf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    struct form form;
    if (form_parse(input(data, size), &arena, &form) == 0) {
        require(form.count <= FORM_FIELDS_MAX);
        check(&form, &arena);
    }
    arena_free(&arena);
    return 0;
}
