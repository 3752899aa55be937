/* outbound.c - the brakes of a trial. The idea: they are asked about each letter when it is
 * written, so a change of the settings counts from the next letter on, and a letter that is held
 * has taken no place. */
#include "domain/outbound.h"

#include "base/str.h"

#include <string.h>
#include <strings.h>

static bool redirects(const struct settings *s)
{
    return s->mail_redirect_to[0] != '\0';
}

const char *outbound_recipient(const struct settings *s, const char *address)
{
    return redirects(s) ? s->mail_redirect_to : address;
}

/* name is the domain of n bytes, or a name below it. */
static bool at_or_below(const char *name, const char *domain, size_t n)
{
    size_t len = strlen(name);
    if (n == 0 || len < n || strncasecmp(name + len - n, domain, n) != 0)
        return false;
    return len == n || name[len - n - 1] == '.';
}

bool outbound_allowed(const struct settings *s, const char *address)
{
    static const char between[] = " ,\t";
    const char *at = strrchr(address, '@');
    const char *list = s->mail_allow_domains + strspn(s->mail_allow_domains, between);
    if (*list == '\0')
        return true;
    while (at != NULL && *list != '\0') {
        size_t n = strcspn(list, between);
        size_t sign = *list == '@'; /* "@example.org" says the same */
        if (at_or_below(at + 1, list + sign, n - sign))
            return true;
        list += n;
        list += strspn(list, between);
    }
    return false;
}

bool outbound_may_go(const struct settings *s, const char *address, int64_t waited_us,
                     struct err *err)
{
    char most[32];
    const char *at = strrchr(address, '@');
    if (!outbound_allowed(s, address))
        return err_set(err, ERR_REFUSED, "%s is not among [mail] allow_domains",
                       at != NULL ? at + 1 : address);
    if (s->mail_max_age_us == 0 || waited_us <= s->mail_max_age_us)
        return true;
    str_span_text(s->mail_max_age_us, most, sizeof most);
    return err_set(err, ERR_REFUSED, "it waited longer than [mail] max_age (%s)", most);
}

void outbound_verdict(const struct settings *s, struct send_verdict *v)
{
    if (!redirects(s) || v->state != SEND_SENT)
        return;
    v->state = SEND_SIMULATED;
    (void)str_format(v->reason, sizeof v->reason, "went to %s instead",
                     s->mail_redirect_to); /* a cut is fine: it is a reason */
}
