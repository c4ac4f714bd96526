/* A blocking TCP client on loopback that speaks raw bytes. Every wait ends after ten seconds. */
#ifndef TESTS_GATEWAY_SOCKET_CLIENT_H
#define TESTS_GATEWAY_SOCKET_CLIENT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* A connection to 127.0.0.1; the caller closes it. */
static inline int client_connect(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    struct timeval ten = { .tv_sec = 10 };
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &ten, sizeof(ten)), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &ten, sizeof(ten)), 0);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

/* False when the peer has closed. */
static inline bool client_send(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        n -= (size_t)sent;
    }
    return true;
}

static inline bool client_say(int fd, const char *text)
{
    return client_send(fd, text, strlen(text));
}

/* One response into `out`, NUL-terminated: the header and as much body as Content-Length says.
 * Returns the status, or 0 when the connection ended first. */
static inline int client_read(int fd, char *out, size_t size)
{
    size_t n = 0, want = 0;
    out[0] = '\0';
    while (want == 0 || n < want) {
        /* Byte by byte, so that nothing of the next response is taken. */
        ssize_t got = n + 1 < size ? recv(fd, out + n, want ? want - n : 1, 0) : -1;
        if (got <= 0)
            return 0;
        n += (size_t)got;
        out[n] = '\0';
        if (want == 0 && n >= 4 && strcmp(out + n - 4, "\r\n\r\n") == 0) {
            const char *length = strstr(out, "Content-Length: ");
            assert_non_null(length);
            want = n + (size_t)strtoul(length + 16, NULL, 10);
            assert_true(want < size);
        }
    }
    int status = 0;
    assert_int_equal(sscanf(out, "HTTP/1.%*d %d", &status), 1);
    return status;
}

/* What stands behind the header; "" when nothing does. */
static inline const char *client_body(const char *response)
{
    const char *end = strstr(response, "\r\n\r\n");
    return end ? end + 4 : "";
}

/* True when the peer closed and nothing was left to read. */
static inline bool client_closed(int fd)
{
    char c;
    return recv(fd, &c, 1, 0) <= 0;
}

#endif
