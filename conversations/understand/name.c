#include <string.h>

#include "conversations/understand/han.h"
#include "conversations/understand/person.h"
#include "conversations/understand/scan.h"
#include "gateway/base/sbuf.h"

enum { LATIN_WORDS = 4, PART_LONGEST = 8, SPELLED_MAX = 5 };

static bool separator(int32_t cp)
{
    return cp < 0 || cp == ' ' || (cp < 0x80 && !((cp | 32) >= 'a' && (cp | 32) <= 'z')) ||
           (cp >= 0x3000 && cp <= 0x303F && cp != 0x3007) || (cp >= 0xE000 && cp <= 0xE03F);
}

/* Ideographs from `i`, at most `most`: writes where each ends. */
static int collect(struct slice s, size_t i, size_t *ends, int most)
{
    int n = 0;
    while (n < most && i < s.n && han_is(scan_at(s, i))) {
        i = scan_next(s, i);
        ends[n++] = i;
    }
    return n;
}

/* 阿·买提: parts of one or more ideographs joined by the interpunct. */
static bool read_joined(struct slice s, size_t *i)
{
    size_t ends[PART_LONGEST], at = *i;
    int parts = 0;
    for (;;) {
        int n = collect(s, at, ends, PART_LONGEST);
        if (n == 0) {
            return false;
        }
        at = ends[n - 1];
        parts++;
        if (!scan_take(s, &at, "\xC2\xB7")) {
            break;
        }
    }
    if (parts < 2) {
        return false;
    }
    *i = at;
    return true;
}

static bool read_latin(struct slice s, size_t *i)
{
    size_t at = *i, end = *i;
    for (int words = 0; words < LATIN_WORDS; words++) {
        size_t from = at;
        while (at < s.n && (((s.p[at] | 32) >= 'a' && (s.p[at] | 32) <= 'z') || s.p[at] == '\'')) {
            at++;
        }
        if (at - from < 2) {
            break;
        }
        end = at;
        if (!scan_take(s, &at, " ")) {
            break;
        }
    }
    if (end == *i) {
        return false;
    }
    *i = end;
    return true;
}

static bool ends_name(const struct name_words *w, struct slice s, size_t at)
{
    int unused;
    return separator(scan_at(s, at)) || words_at(w->behind, slice_skip(s, at), &unused) > 0;
}

/* Characters that no given name holds, and those that seldom do: these end a name inside a sentence
 * but not in a field of its own (李和平, 张要武). */
static bool never_in_name(struct slice s, size_t i, bool field)
{
    return scan_is_any(s, i, "的|了|吗|呢|吧|嘛|我|你|他|她|们|这|那|个|哪|不|没") ||
           (!field && scan_is_any(s, i, "是|在|和|跟|要|到|去|报|请|给|也|住|号"));
}

bool name_read(const struct name_words *w, struct slice text, size_t *i, bool told,
               struct slice *out)
{
    size_t at = *i, ends[4];
    int unused;
    if (read_joined(text, &at) || (told && read_latin(text, &at))) {
        *out = (struct slice){ text.p + *i, at - *i };
        *i = at;
        return true;
    }
    size_t surname = words_at(w->surnames, slice_skip(text, *i), &unused);
    if ((surname == 0 && !told) || words_at(w->never, slice_skip(text, *i), &unused) > 0) {
        return false;
    }
    int n = collect(text, *i, ends, 4), least = 0, best = 0;
    while (least < n && ends[least] - *i < surname) {
        least++; /* a compound surname is one unit */
    }
    bool field = n >= 2 && n <= 3 && separator(scan_at(text, ends[n - 1]));
    for (int k = 0; k < n; k++) {
        if (never_in_name(text, k == 0 ? *i : ends[k - 1], field)) {
            n = k;
        }
    }
    if (field && n > least + 1 && surname > 0 &&
        !scan_behind(text, ends[n - 1], "族")) { /* nothing else stands in the field */
        *out = (struct slice){ text.p + *i, ends[n - 1] - *i };
        *i = ends[n - 1];
        return true;
    }
    for (int k = least + 1; k < n && best == 0; k++) {
        if (ends_name(w, text, ends[k])) {
            best = k;
        }
    }
    if (best == 0 && n > 1 && ends_name(w, text, ends[1])) {
        best = 1;
    }
    if (best == 0 && n == 3 && told) {
        best = 2;
    } else if (best == 0 && n == 2 && told) {
        best = 1; /* the next character cannot be part of a name */
    } else if (best == 0 && told && n > 2 && surname > 0) {
        best = 2;
    }
    /* Two characters that end well beat three that do not. */
    if (n > 1 && best > 1 && least < 1 && ends_name(w, text, ends[1])) {
        best = 1;
    }
    struct slice name = { text.p + *i, best > 0 ? ends[best] - *i : 0 };
    if (best == 0 || slice_ends(name, SLICE("族"))) {
        return false;
    }
    *out = name;
    *i = ends[best];
    return true;
}

static bool take_told(struct slice s, size_t *i)
{
    if (!scan_any(
            s, i,
            "我的名字叫做|我的名字叫|我的名字是|我名字叫|名字叫做|名字叫|名字是|名字:|名字|姓名是|姓名:|姓名|"
            "我叫做|我叫|他叫|她叫|名叫|叫做|本人叫|本人是|叫")) {
        return false;
    }
    scan_any(s, i, ":|是");
    scan_spaces(s, i);
    return true;
}

/* 弓长张, 木子李: how a surname is told. */
static size_t spelled_surname(struct slice s, size_t i)
{
    size_t at = i;
    return scan_any(s, &at,
                    "弓长张|木子李|立早章|耳东陈|双木林|古月胡|双口吕|草头黄|三横王|口天吴|言午许|"
                    "双人徐|走肖赵|文刀刘|人可何|禾呈程|木易杨|关耳郑|日月明|美女姜|水工江")
               ? at - i
               : 0;
}

static void add_character(struct sbuf *b, struct slice s, size_t i)
{
    sbuf_add(b, (struct slice){ s.p + i, scan_next(s, i) - i });
}

/* 弓长张 桂花的桂 芬芳的芬: every part ends with the character that is meant. */
static bool read_spelled(struct slice s, struct arena *a, struct slice *out)
{
    struct sbuf b;
    size_t i = 0, ends[6];
    int parts = 0;
    sbuf_init(&b, 64);
    while (i < s.n && parts < SPELLED_MAX) {
        size_t n = spelled_surname(s, i);
        if (n > 0) {
            add_character(&b, s, i + n - 3);
            i += n;
            parts++;
            continue;
        }
        int count = collect(s, i, ends, 6);
        int of = -1;
        for (int k = 1; k + 1 < count && of < 0; k++) {
            of = scan_is(s, ends[k], "的") ? k : of;
        }
        if (of > 0 && scan_next(s, ends[of] + 3) <= s.n) {
            add_character(&b, s, ends[of] + 3);
            i = scan_next(s, ends[of] + 3);
            parts++;
        } else if (separator(scan_at(s, i))) {
            i = scan_next(s, i);
        } else {
            break;
        }
    }
    bool ok = parts >= 2 && i >= s.n;
    if (ok) {
        *out = arena_dup(a, sbuf_slice(&b));
    }
    sbuf_free(&b);
    return ok;
}

/* 普 红 梅: ideographs parted by single spaces, the first a surname. */
static bool read_spaced(const struct name_words *w, struct slice s, struct arena *a,
                        struct slice *out)
{
    char *joined = arena_alloc(a, s.n + 1);
    size_t n = 0, i = 0;
    int parts = 0, unused;
    while (i < s.n && han_is(scan_at(s, i)) && parts < 4) {
        size_t next = scan_next(s, i);
        memcpy(joined + n, s.p + i, next - i);
        n += next - i;
        parts++;
        i = next;
        if (i < s.n && s.p[i] != ' ') {
            return false;
        }
        i += i < s.n;
    }
    *out = (struct slice){ joined, n };
    return i >= s.n && parts >= 2 && words_at(w->surnames, *out, &unused) > 0;
}

bool name_parted(const struct name_words *w, struct slice text, struct arena *a, struct slice *out)
{
    int unused;
    for (size_t i = 0; i < text.n; i = scan_next(text, i)) {
        size_t at = i, ends[3];
        if (!scan_take(text, &at, "姓")) {
            continue;
        }
        size_t n = words_at(w->surnames, slice_skip(text, at), &unused);
        size_t behind = at + (n > 0 ? n : scan_next(text, at) - at);
        scan_any(text, &behind, " |,|、");
        if (!scan_any(text, &behind, "名字叫|名字|名叫|名")) {
            continue;
        }
        scan_spaces(text, &behind);
        int given = collect(text, behind, ends, 2);
        if (given > 0) {
            size_t end = given == 2 && !ends_name(w, text, ends[0]) ? ends[1] : ends[0];
            size_t first = n > 0 ? n : scan_next(text, at) - at;
            *out = arena_printf(a, "%.*s%.*s", (int)first, text.p + at, (int)(end - behind),
                                text.p + behind);
            return true;
        }
    }
    return read_spaced(w, slice_trim(text), a, out);
}

bool name_answer(const struct name_words *w, struct slice text, struct arena *a, struct slice *out)
{
    size_t i = 0, at;
    struct slice s = slice_trim(text);
    if (read_spelled(s, a, out) || name_parted(w, s, a, out) || name_find(w, s, out, &at)) {
        return true;
    }
    if (scan_any(s, &i, "我就是|我是|我姓|就是|是|喊我|叫我")) {
        scan_spaces(s, &i);
    }
    size_t from = i;
    if (!name_read(w, s, &i, true, out)) {
        return false;
    }
    scan_any(s, &i, "就得|就行|就可以|就好");
    scan_any(s, &i, "啊|呀|呢|嘛|哈|咯|噻|了");
    while (i < s.n && separator(scan_at(s, i))) {
        i = scan_next(s, i);
    }
    int unused;
    return i >= s.n && words_at(w->never, slice_skip(s, from), &unused) == 0;
}

/* 名字错了，是杨秀兰: behind 是 or 叫 stands the right name. */
static bool corrects_name(struct slice text)
{
    return slice_find(text, SLICE("名")) >= 0 &&
           (slice_find(text, SLICE("错")) >= 0 || slice_find(text, SLICE("不")) >= 0);
}

bool name_told(const struct name_words *w, struct slice text, struct slice *out, size_t *at)
{
    for (size_t i = 0; i < text.n; i = scan_next(text, i)) {
        size_t from = i;
        if (take_told(text, &from) &&
            !scan_is_any(text, from, "写|错|不|登|填|打|改|有|人|个|车|你们")) {
            size_t to = from;
            if (name_read(w, text, &to, true, out)) {
                *at = from;
                return true;
            }
        }
    }
    return false;
}

bool name_find(const struct name_words *w, struct slice text, struct slice *out, size_t *at)
{
    bool corrected = corrects_name(text);
    if (name_told(w, text, out, at)) {
        return true;
    }
    for (size_t i = 0; i < text.n; i = scan_next(text, i)) {
        /* What stands in 【】 is a signature. */
        bool field = i == 0 || (separator(scan_before(text, i)) && !scan_behind(text, i, "【"));
        size_t to = i;
        if (!field) {
            to = i;
            field =
                scan_behind(text, i, "我是|本人|我姓|老伴|爱人|老公|老婆|儿子|女儿|奶奶|爷爷") ||
                (corrected && scan_behind(text, i, "是|叫|成"));
        }
        if (field && name_read(w, text, &to, false, out)) {
            *at = i;
            return true;
        }
    }
    return false;
}
