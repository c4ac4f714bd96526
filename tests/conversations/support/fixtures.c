#include "tests/conversations/support/fixtures.h"

#include <string.h>

#include "handlers/demo.h"
#include "handlers/district.h"
#include "tests/conversations/support/district.h"
#include "tests/conversations/support/roster.h"

/* The demo district as `linli demo` makes it, with a few volunteers. */
static int fill_demo(struct world *w, const struct service *s, void *context)
{
    struct fault fault = { 0 };
    struct demo *demo = NULL;
    (void)w;
    (void)context;
    int rc = demo_begin(20, &demo, &fault);
    while (rc >= 0 && (rc = demo_fill_some(demo, s, 50)) > 0)
        continue;
    demo_free(demo);
    return rc;
}

/* The organizations alone, as a new installation has them. */
static int make_district(struct world *w, const struct service *s, void *context)
{
    (void)w;
    (void)context;
    return district_setup(s);
}

static const struct {
    const char *name;
    int (*run)(struct world *w, const struct service *s, void *context);
} fixtures[] = {
    { "demo", fill_demo },
    { "district", make_district },
};

int fixture_run(struct world *w, const char *name)
{
    for (size_t i = 0; i < sizeof fixtures / sizeof *fixtures; i++)
        if (strcmp(fixtures[i].name, name) == 0)
            return world_transact(w, fixtures[i].run, NULL);
    int rc = roster_run(w, name);
    return rc == GW_ENOTFOUND ? district_run(w, name) : rc;
}
