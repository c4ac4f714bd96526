/* Transcripts: conversations as text files, run line by line. The format:
 *
 *     # a comment                            ! the rule that is shown, also a comment
 *     @ now 2026-11-25T10:00:00+08:00        sets the clock; timers due by then run first
 *     @ as 13800000011                       who texts from here on
 *     @ wechat OPENID                        who writes in WeChat from here on
 *     @ setup NAME                           runs a fixture (support/fixtures.c)
 *     @ demo                                 the same as @ setup demo
 *     @ scan in 41 2                         scans the code that the screen of 41 showed 2 minutes
 * ago
 *     @ follow in 41 0                       the same by somebody who does not follow yet
 *     @ event subscribe                      an event instead of a text
 *     @ event location {"latitude": 22.78}   the same with what comes with it
 *     @ unsigned                             accounts that do not prove the sender from here on
 *     @ bare                                 WeChat accounts that write nothing by themselves from
 * here on
 *     @ templates {MESSAGE: {code, params}}  approved ones of the accounts from here on
 *     @ deliver [FAILED UNREPORTED]          sends what is due; of the broadcasts' texts so many
 *                                            fail, or are not reported
 *     @ answers N ID TEXT                    the next N phones that got message ID write TEXT;
 *                                            the reply to a single one is looked at as ever
 *     @ policy KEY N                         a number of policy from here on
 *     @ restart                              closes and opens the store
 *     @ tap BACK TEXT                        taps the choice of the reply so many before the last
 * (0) > text                                 what the person writes < [id] {n · s段} text the one
 * reply; {…} and the text may be left out < [id+id] text                         replies that were
 * joined <                                      no reply « PHONE [id] {n · s段} text            the
 * next message of our own to that phone « PHONE                                nothing (more) went
 * to that phone = TABLE [WHERE …] N                    counts rows = at FLOW STEP where the
 * conversation stands; `= at -` nothing is open
 *
 * An SMS text may be given with its signature or without. Lines indented by four or more belong to
 * the text of the line above (WeChat). After a `>` its `<` lines come before anything else is
 * looked at: a reply that no line mentions is a failure. */
#ifndef TESTS_CONVERSATIONS_SCRIPT_H
#define TESTS_CONVERSATIONS_SCRIPT_H

#include "tests/conversations/support/world.h"

/* Runs a file. NULL when every line holds, else (malloc'ed) "file:line: expected … got …". */
char *script_run(const char *path, struct catalogue *catalogue);
/* The same from text; `name` stands for the file. */
char *script_run_text(const char *name, struct slice text, struct catalogue *catalogue);

#endif
