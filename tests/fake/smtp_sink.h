/* smtp_sink.h - a relay on the loopback address for tests and benches: one thread, any number of
 * connections, and nothing is written anywhere. It answers every command with yes; it answers the
 * final dot late where that is asked for; and it is strict: whatever a client says that is not
 * MAIL, one RCPT, DATA, in that order, one command at a time, lines ended by CR LF, is a fault. */
#ifndef FAKE_SMTP_SINK_H
#define FAKE_SMTP_SINK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SINK_ADDRESS_MAX = 400, SINK_OPEN = 64 };

struct smtp_taken {
    const char *from, *to; /* as they stood between < and > */
    const char *bytes;     /* the letter without its dot, dots not taken off; not ended by NUL */
    size_t size;
};

struct smtp_sink;

struct smtp_sink {
    /* Set before smtp_sink_begin(). */
    int64_t dot_us;                                        /* the answer to the dot is so late */
    void (*look)(void *ctx, const struct smtp_taken *one); /* sink's thread; may be NULL */
    void *ctx;
    /* Read after smtp_sink_end(), but for the port. */
    int port;
    int64_t letters;     /* answered 250 */
    int64_t recipients;  /* all RCPT commands */
    int64_t connections; /* all that were ever accepted */
    int64_t faults;
    char fault[160]; /* the first one */
    /* The sink's own. */
    int listener, stop[2], poll;
    pthread_t thread;
    struct sink_connection *open[SINK_OPEN];
};

/* Listens. Ends the program when it can't. */
void smtp_sink_begin(struct smtp_sink *s);
/* Closes everything; what was not answered stays so. */
void smtp_sink_end(struct smtp_sink *s);

#endif
