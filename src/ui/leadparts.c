/* leadparts.c - states of the ledger as the operator sees them, one row a state. */
#include "leadparts.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/event.h"

enum { TEXT_BYTES = 8192 };

struct state_look {
    const char *glyph, *word, *meaning;
    enum role role;
};

static const struct state_look looks[SEND_STATES + 1] = {
    [SEND_QUEUED] = {"…", "queued", "waits for its turn", ROLE_INFO},
    [SEND_CLAIMED] = {"▶", "claimed", "an engine has it in its hands", ROLE_RUN},
    [SEND_COMMITTING] = {"▶", "at the dot", "the relay is being asked", ROLE_RUN},
    [SEND_SENT] = {"●", "sent", "the relay has taken it", ROLE_OK},
    [SEND_SIMULATED] = {"●", "written", "it was written here; nothing left", ROLE_OK},
    [SEND_REJECTED] = {"×", "rejected", "the relay will never take it", ROLE_ERROR},
    [SEND_DEFERRED] = {"…", "deferred", "is tried again later", ROLE_WARN},
    [SEND_IN_DOUBT] = {"▲", "in doubt", "nobody can know whether it was sent", ROLE_WARN},
    [SEND_HELD] = {"║", "held", "it can't be written as it is", ROLE_WARN},
    [SEND_SUPPRESSED] = {"·", "suppressed", "this address gets no letters", ROLE_DIM},
    [SEND_CANCELLED] = {"·", "dropped", "it is never sent", ROLE_DIM},
    [SEND_STATES] = {"·", "none", "no letter was made for it", ROLE_DIM},
};

static const struct state_look *look_of(enum send_state state)
{
    return &looks[(unsigned)state < SEND_STATES ? state : SEND_STATES];
}

const char *letter_glyph(enum send_state state)
{
    return look_of(state)->glyph;
}

enum role letter_role(enum send_state state)
{
    return look_of(state)->role;
}

const char *letter_word(enum send_state state)
{
    return look_of(state)->word;
}

const char *letter_meaning(enum send_state state)
{
    return look_of(state)->meaning;
}

void lead_address(const struct ui *ui, const char *address, char *dst, size_t size)
{
    if (ui->mask)
        text_mask_address(dst, size, address);
    else
        (void)str_copy(dst, size, address); /* a cut is fine */
}

void lead_text(const struct ui *ui, const char *text, char *dst, size_t size)
{
    struct buf masked = buf_init(TEXT_BYTES);
    if (ui->mask)
        event_mask_text(text, &masked);
    (void)str_copy(dst, size, ui->mask && buf_ok(&masked) ? buf_text(&masked) : text); /* a cut */
    buf_done(&masked);
}
