#include "gateway/program/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "gateway/program/installation.h"

enum { SHOW_AFTER_S = 2, WIDTH = 40 };

void progress_begin(struct progress *p, const char *what)
{
    *p = (struct progress){ .what = what,
                            .started = installation_clock(),
                            .shown = -1,
                            .terminal = isatty(STDERR_FILENO) };
}

void progress_show(struct progress *p, int64_t done, int64_t all)
{
    if (!p->terminal || all <= 0 || installation_clock() - p->started < SHOW_AFTER_S)
        return;
    int64_t mille = done * 1000 / all;
    if (mille == p->shown)
        return;
    p->shown = mille;
    char bar[WIDTH + 1];
    for (int i = 0; i < WIDTH; i++)
        bar[i] = i < mille * WIDTH / 1000 ? '#' : '.';
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r%s [%s] %3" PRId64 "%%", p->what, bar, mille / 10);
}

void progress_end(struct progress *p)
{
    if (p->shown >= 0)
        fprintf(stderr, "\n");
}
