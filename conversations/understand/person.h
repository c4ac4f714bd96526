/* What a person says of somebody: a name in any of its spellings, the year of birth, the age. */
#ifndef CONVERSATIONS_UNDERSTAND_PERSON_H
#define CONVERSATIONS_UNDERSTAND_PERSON_H

#include <stdbool.h>

#include "conversations/understand/words.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

/* Surnames and the words that are no names though they begin with one; from intents.json. */
struct name_words {
    struct words *surnames;
    struct words *never;  /* ordinary words: 周末, 安排, 活动 … */
    struct words *behind; /* what follows a name without a space: 手机, 今年, 住 … */
};

/* A name that begins at `*i`: two to four ideographs that begin with a surname, parts joined by
 * U+00B7, or Latin words. With `told` (behind 我叫) the surname may be missing. Moves `*i` behind
 * it. */
bool name_read(const struct name_words *w, struct slice text, size_t *i, bool told,
               struct slice *out);
/* The whole of `text` is one name, maybe with 我叫 in front: the answer to the question for it. A
 * name spelled out (弓长张 桂花的桂 芬芳的芬) is put together in the arena. */
bool name_answer(const struct name_words *w, struct slice text, struct arena *a, struct slice *out);
/* A name written in parts: 姓禄 名永贵, and 普 红 梅 as the whole text. Put together in the arena.
 */
bool name_parted(const struct name_words *w, struct slice text, struct arena *a, struct slice *out);
/* The first name told with 我叫, 姓名:, 她叫 … */
bool name_told(const struct name_words *w, struct slice text, struct slice *out, size_t *at);
/* The first name told with 我叫, 姓名:, 她叫 …, or standing as a field of its own. */
bool name_find(const struct name_words *w, struct slice text, struct slice *out, size_t *at);

struct birth {
    int year;  /* 0 when only the age was said */
    int month; /* 0 when not said */
    int day;
    int age; /* 0 when not said */
};

/* The first year of birth or age in `low`: 1955, 五五年的, 58年9月7号生, 今年七十了. Years are told
 * by 年, 生, 出生; with `asked` a bare number of two or four digits counts too. */
bool birth_find(struct slice low, int this_year, bool asked, struct birth *out);

#endif
