/* linli demo: fills a data folder with a believable district. */
#include <inttypes.h>
#include <stdio.h>

#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "gateway/program/progress.h"
#include "handlers/demo.h"

enum { PIECES_A_COMMIT = 2000 };

struct fill {
    struct demo *demo;
};

static int fill_some(const struct service *s, void *context)
{
    struct fill *fill = context;
    return demo_fill_some(fill->demo, s, PIECES_A_COMMIT);
}

static int fill_all(struct installation *in, struct demo *demo, int64_t now, struct fault *fault)
{
    struct fill fill = { demo };
    struct progress progress;
    progress_begin(&progress, "demo");
    int rc;
    do {
        int64_t done = 0, all = 0;
        rc = installation_transact(in, now, NULL, fill_some, &fill, fault);
        demo_progress(demo, &done, &all);
        progress_show(&progress, done, all);
    } while (rc > 0);
    progress_end(&progress);
    return rc;
}

int command_demo(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL, *now = NULL;
    int64_t volunteers = 300, at = installation_clock();
    const struct command_option options[] = {
        { "--data-dir", "D", "data folder (default linli-data)", .text = &dir },
        { "--volunteers", "N", "how many volunteers to make (default 300)", .number = &volunteers },
        { "--now", "T", "the moment the activities lie around, RFC 3339", .text = &now },
        { "--config", "F", "configuration file", .text = &config },
        { NULL },
    };
    struct command_line line;
    int rc =
        command_parse(argc, argv, "demo [options]",
                      "Fills a data folder with a believable district: organizations, people with "
                      "roles, a dozen\nactivities and volunteers. Filling a folder twice changes "
                      "nothing. All numbers are invented.",
                      options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    if (now != NULL && civil_parse_rfc3339(slice_of(now), &at) != GW_OK) {
        fault_set(&fault, GW_EINVAL, "--now takes a moment like 2026-11-25T10:00:00+08:00");
        command_fail("demo", &fault);
        return 2;
    }
    struct installation in;
    struct demo *demo = NULL;
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    if (rc == GW_OK)
        rc = demo_begin(volunteers, &demo, &fault);
    if (rc == GW_OK)
        rc = fill_all(&in, demo, at, &fault);
    if (rc == GW_OK)
        printf("demo district in %s\n", in.data_dir);
    demo_free(demo);
    installation_close(&in);
    return rc < 0 ? command_fail("demo", &fault) : 0;
}
