#include "conversations/understand/scan.h"

#include <string.h>

#include "gateway/base/utf8.h"

bool scan_is(struct slice s, size_t i, const char *word)
{
    for (; *word != '\0'; word++, i++) {
        if (i >= s.n || s.p[i] != *word) {
            return false;
        }
    }
    return true;
}

bool scan_take(struct slice s, size_t *i, const char *word)
{
    if (!scan_is(s, *i, word)) {
        return false;
    }
    *i += strlen(word);
    return true;
}

bool scan_option(struct slice s, size_t *i, const struct option *table, int *value)
{
    for (; table->word != NULL; table++) {
        if (scan_take(s, i, table->word)) {
            *value = table->value;
            return true;
        }
    }
    return false;
}

/* Whether the word of a list that begins at `w` stands at `i`: its end, else 0. */
static size_t word_end(struct slice s, size_t i, const char *w)
{
    while (*w != '\0' && *w != '|' && i < s.n && s.p[i] == *w) {
        w++;
        i++;
    }
    return *w == '\0' || *w == '|' ? i : 0;
}

bool scan_any(struct slice s, size_t *i, const char *words)
{
    if (*i >= s.n || s.p[*i] == '\0' || s.p[*i] == '|') {
        return false;
    }
    /* Runs at nearly every character of a text, so it looks only where a word may begin. */
    int first = s.p[*i];
    for (const char *w = strchr(words, first); w != NULL; w = strchr(w + 1, first)) {
        size_t end = w == words || w[-1] == '|' ? word_end(s, *i, w) : 0;
        if (end > 0) {
            *i = end;
            return true;
        }
    }
    return false;
}

bool scan_is_any(struct slice s, size_t i, const char *words)
{
    return scan_any(s, &i, words);
}

bool scan_spaces(struct slice s, size_t *i)
{
    size_t from = *i;
    while (*i < s.n && s.p[*i] == ' ') {
        (*i)++;
    }
    return *i > from;
}

bool scan_is_digit(struct slice s, size_t i)
{
    return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

size_t scan_digits(struct slice s, size_t *i, size_t most, int64_t *value)
{
    size_t n = 0;
    *value = 0;
    while (n < most && n < 18 && scan_is_digit(s, *i)) {
        *value = *value * 10 + (s.p[*i] - '0');
        (*i)++;
        n++;
    }
    return n;
}

bool scan_behind(struct slice s, size_t i, const char *words)
{
    const char *w = words;
    while (*w != '\0') {
        size_t n = strcspn(w, "|");
        if (n > 0 && n <= i && i <= s.n && memcmp(s.p + i - n, w, n) == 0) {
            return true;
        }
        w += n + (w[n] == '|');
    }
    return false;
}

int32_t scan_at(struct slice s, size_t i)
{
    struct slice rest = slice_skip(s, i);
    return i >= s.n ? -1 : utf8_next(&rest);
}

int32_t scan_before(struct slice s, size_t i)
{
    size_t from = i;
    while (from > 0 && ((unsigned char)s.p[from - 1] & 0xC0) == 0x80) {
        from--;
    }
    return from == 0 ? -1 : scan_at(s, from - 1);
}

size_t scan_next(struct slice s, size_t i)
{
    i++;
    while (i < s.n && ((unsigned char)s.p[i] & 0xC0) == 0x80) {
        i++;
    }
    return i;
}

size_t scan_find(struct slice s, size_t from, size_t to, const char *words)
{
    size_t i = from;
    while (i < to && !scan_is_any(s, i, words))
        i = scan_next(s, i);
    return i < to ? i : to;
}

void scan_separators(struct slice s, size_t *i)
{
    while (*i < s.n && scan_is_any(s, *i, SCAN_SEPARATORS))
        *i = scan_next(s, *i);
}
