/* linli: the table of subcommands. What each does lives in gateway/program/, one file a subcommand.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "gateway/program/command.h"

static const struct subcommand {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *about;
} subcommands[] = {
    { "serve", command_serve, "run the gateway" },
    { "chat", command_chat, "talk to the same conversations in a terminal" },
    { "understand", command_understand, "show how a line of text is understood" },
    { "misses", command_misses, "list what people wrote that was not understood" },
    { "check", command_check, "prove flows and wording, count SMS segments" },
    { "flows", command_flows, "draw the conversation flows as Mermaid" },
    { "demo", command_demo, "fill a data folder with a believable district" },
    { "admin", command_admin, "give out the first roles, list who holds which" },
    { "import", command_import, "take people over from a list, and ask each number once" },
    { "broadcast", command_broadcast, "call people for an activity, in waves" },
    { "audit", command_audit, "prove that no record of service was changed" },
    { "tasks", command_tasks, "count what people were asked to do, and what was on time" },
    { "outbox", command_outbox, "count what was sent, decide over what is uncertain" },
    { "sms", command_sms, "try an SMS account; write templates to submit for approval" },
    { "media", command_media, "list and open the photos that people sent" },
    { "wechat", command_wechat, "check an official account; its menu, codes, tags, messages" },
    { "backup", command_backup, "copy a running installation into a file" },
    { "restore", command_restore, "make an installation from a backup" },
};

static void print_usage(FILE *to)
{
    fprintf(to, "usage: linli COMMAND [options]\n\n");
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        fprintf(to, "  %-12s %s\n", subcommands[i].name, subcommands[i].about);
    fprintf(to,
            "\nEach command explains itself with --help. linli --version prints the version.\n");
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("linli %s\n", LINLI_VERSION);
        return 0;
    }
    /* A peer or a pipe that goes away is an error of that write, not the end of the program. */
    signal(SIGPIPE, SIG_IGN);
    /* So is a file that may not grow: the store answers it with an error and recovers. */
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return subcommands[i].run(argc - 2, argv + 2);
    fprintf(stderr, "linli: there is no command '%s'; see linli --help\n", argv[1]);
    return 2;
}
