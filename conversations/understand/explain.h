/* Each step from a text to its intent, as a person needs it who wonders why. */
#ifndef CONVERSATIONS_UNDERSTAND_EXPLAIN_H
#define CONVERSATIONS_UNDERSTAND_EXPLAIN_H

#include <jansson.h>

#include "conversations/understand/trace.h"
#include "conversations/understand/understand.h"

/* `r` was read with `t` and decided in `c`, giving `got`. A new reference to an object:
 *   text, context, channel
 *   normal    text; changes and mended: [{from, to}], what normalization and the known misspellings
 *             and synonyms replaced; mark (yes, no) of pictures; placeholder
 *   masked    the text as patterns see it: {DATE}在敬老院干了{LENGTH}
 *   entities  [{kind, text, from, to, value}], bytes of the normal text
 *   answers   what each kind of question would take from the text: {name: {…}, …}
 *   word      the word that works everywhere, or null
 *   patterns  rules, tried, failed [names], matched [{rule, intent, priority, contexts, counts,
 *             because, text, groups}], best first
 *   by_sound  null when homophones were not looked for or changed nothing; else text, changes,
 *             patterns
 *   second    the second wish of the text, null when there is none: text, patterns
 *   corrected what the text puts right (不是昨天，是前天), or null
 *   decision  intent, why, stage, by_homophone, safety, runner_up (a member of matched, or null)
 *   slots     [{slot, value, kind, by}]
 *   also      as in understood */
json_t *understand_explain(const struct understander *u, const struct reading *r,
                           const struct trace *t, enum context c, const struct understood *got);

#endif
