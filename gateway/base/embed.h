/* Data files compiled into the program. Each room that embeds files has a table ROOM_files, made
 * by gateway/cmake/rooms.cmake and ended by a row without a path. */
#ifndef GATEWAY_BASE_EMBED_H
#define GATEWAY_BASE_EMBED_H

struct embedded_file {
    const char *path;  /* below the source tree, e.g. "conversations/flows/register.json" */
    const char *start; /* followed by a NUL that is not part of the file */
    const char *end;
};

extern const struct embedded_file gw_store_files[];
extern const struct embedded_file gw_platform_files[];
extern const struct embedded_file handlers_files[];
extern const struct embedded_file conversations_files[];

#endif
