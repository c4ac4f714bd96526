#include "gateway/recent.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/mem.h"

enum { WAYS = 4, SETS = RECENT_SENDERS / WAYS };

struct text {
    int64_t digest;
    int64_t at[RECENT_SAME]; /* the latest first; 0 before there were so many */
};

struct sender {
    int64_t id, key;     /* `key` of its last delivery */
    int64_t since, last; /* when its minute began, when it wrote last */
    int times;
    struct text texts[RECENT_TEXTS];
};

struct recent {
    struct sender senders[SETS][WAYS];
};

struct recent *recent_make(void)
{
    return mem_alloc(sizeof(struct recent));
}

void recent_free(struct recent *r)
{
    free(r);
}

/* The sender's place; a new one takes that of the sender who has been silent longest. */
static struct sender *find(struct recent *r, int64_t id)
{
    struct sender *set =
        r->senders[((uint64_t)id * UINT64_C(0x9E3779B97F4A7C15)) >> 32 & (SETS - 1)];
    struct sender *oldest = set;
    for (int i = 0; i < WAYS; i++) {
        if (set[i].id == id)
            return &set[i];
        if (set[i].last < oldest->last)
            oldest = &set[i];
    }
    *oldest = (struct sender){ .id = id };
    return oldest;
}

static struct text *find_text(struct sender *s, int64_t digest)
{
    struct text *oldest = s->texts;
    for (int i = 0; i < RECENT_TEXTS; i++) {
        if (s->texts[i].at[0] > 0 && s->texts[i].digest == digest)
            return &s->texts[i];
        if (s->texts[i].at[0] < oldest->at[0])
            oldest = &s->texts[i];
    }
    *oldest = (struct text){ .digest = digest };
    return oldest;
}

static void note(struct sender *s, struct text *t, int64_t now)
{
    memmove(t->at + 1, t->at, sizeof t->at - sizeof *t->at);
    t->at[0] = now;
    s->last = now;
    if (now - s->since >= RECENT_SECONDS) {
        s->since = now;
        s->times = 0;
    }
    s->times++;
}

struct recent_count recent_note(struct recent *r, int64_t sender, int64_t text, int64_t key,
                                int64_t now)
{
    struct sender *s = find(r, sender);
    struct text *t = find_text(s, text);
    if (s->times == 0 || s->key != key)
        note(s, t, now);
    s->key = key;
    struct recent_count count = { .all = s->times };
    while (count.same < RECENT_SAME && t->at[count.same] > 0 &&
           now - t->at[count.same] < RECENT_SECONDS)
        count.same++;
    return count;
}
