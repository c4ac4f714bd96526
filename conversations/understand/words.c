#include "conversations/understand/words.h"

#include <stdlib.h>

#include "gateway/base/mem.h"

/* A trie over bytes whose edges live in one open-addressing hash table: (node, byte) -> node. */
struct words {
    uint32_t *edges; /* node << 8 | byte, plus one; 0 is a free place */
    int32_t *targets;
    size_t places; /* a power of two */
    size_t used;
    int32_t *numbers; /* of each node, -1 when no word ends there */
    size_t nodes;
    size_t room;
};

static size_t place_of(const struct words *w, uint32_t edge)
{
    size_t i = (edge * 2654435761u) & (w->places - 1);
    while (w->edges[i] != 0 && w->edges[i] != edge) {
        i = (i + 1) & (w->places - 1);
    }
    return i;
}

static uint32_t edge_of(int32_t node, unsigned char byte)
{
    return (((uint32_t)node << 8) | byte) + 1;
}

static int32_t node_add(struct words *w)
{
    if (w->nodes == w->room) {
        w->room = w->room == 0 ? 64 : w->room * 2;
        w->numbers = mem_resize(w->numbers, w->room * sizeof(w->numbers[0]));
    }
    w->numbers[w->nodes] = -1;
    return (int32_t)w->nodes++;
}

struct words *words_make(void)
{
    struct words *w = mem_alloc(sizeof(*w));
    w->places = 256;
    w->edges = mem_alloc(w->places * sizeof(w->edges[0]));
    w->targets = mem_alloc(w->places * sizeof(w->targets[0]));
    node_add(w);
    return w;
}

void words_free(struct words *w)
{
    if (w == NULL) {
        return;
    }
    free(w->edges);
    free(w->targets);
    free(w->numbers);
    free(w);
}

static void grow(struct words *w)
{
    uint32_t *edges = w->edges;
    int32_t *targets = w->targets;
    size_t places = w->places;
    w->places *= 2;
    w->edges = mem_alloc(w->places * sizeof(w->edges[0]));
    w->targets = mem_alloc(w->places * sizeof(w->targets[0]));
    for (size_t i = 0; i < places; i++) {
        if (edges[i] != 0) {
            size_t at = place_of(w, edges[i]);
            w->edges[at] = edges[i];
            w->targets[at] = targets[i];
        }
    }
    free(edges);
    free(targets);
}

int words_add(struct words *w, struct slice word, int number)
{
    int32_t node = 0;
    for (size_t i = 0; i < word.n; i++) {
        uint32_t edge = edge_of(node, (unsigned char)word.p[i]);
        size_t at = place_of(w, edge);
        if (w->edges[at] == 0) {
            if (w->used * 2 >= w->places) {
                grow(w);
                at = place_of(w, edge);
            }
            w->edges[at] = edge;
            w->targets[at] = node_add(w);
            w->used++;
        }
        node = w->targets[at];
    }
    if (word.n > 0 && w->numbers[node] < 0) {
        w->numbers[node] = number;
    }
    return word.n > 0 ? w->numbers[node] : -1;
}

/* The node behind an edge, or -1. */
static int32_t step(const struct words *w, int32_t node, char byte)
{
    size_t at = place_of(w, edge_of(node, (unsigned char)byte));
    return w->edges[at] == 0 ? -1 : w->targets[at];
}

size_t words_at(const struct words *w, struct slice text, int *number)
{
    size_t longest = 0;
    int32_t node = 0;
    for (size_t i = 0; i < text.n; i++) {
        node = step(w, node, text.p[i]);
        if (node < 0) {
            break;
        }
        if (w->numbers[node] >= 0) {
            longest = i + 1;
            *number = w->numbers[node];
        }
    }
    return longest;
}

void words_each(const struct words *w, struct slice text, words_found found, void *context)
{
    for (size_t at = 0; at < text.n; at++) {
        if (((unsigned char)text.p[at] & 0xC0) == 0x80) {
            continue; /* inside a character */
        }
        int32_t node = 0;
        for (size_t i = at; i < text.n; i++) {
            node = step(w, node, text.p[i]);
            if (node < 0) {
                break;
            }
            if (w->numbers[node] >= 0) {
                found(context, at, i + 1 - at, w->numbers[node]);
            }
        }
    }
}
