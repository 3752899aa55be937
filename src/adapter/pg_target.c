/* pg_target.c - reads the address of a record. libpq reads its two forms; lists of hosts are taken
 * apart here, because each host gets a deadline of its own. */
#include "base/str.h"
#include "pg_reach.h"

#include <stdlib.h>
#include <string.h>

/* Where the sockets of this machine's servers are, as the packages have it. */
#define LOCAL_DIR "/var/run/postgresql"

static const char *value_of(const struct pg_target *t, const char *keyword)
{
    for (const PQconninfoOption *o = t->options; o != NULL && o->keyword != NULL; o++)
        if (str_equal(o->keyword, keyword) && o->val != NULL)
            return o->val;
    return "";
}

const char *pg_target_option(const struct pg_target *t, const char *keyword)
{
    return value_of(t, keyword);
}

static int32_t count_of(const char *list)
{
    int32_t n = 1;
    for (; *list != '\0'; list++)
        n += *list == ',';
    return n;
}

/* The n-th of a list with commas; of a list of one, always that one. False when it is too long. */
static bool pick(const char *list, int32_t n, char *dst, size_t size)
{
    if (count_of(list) == 1)
        n = 0;
    for (; n > 0; n--)
        list += strcspn(list, ",") + 1;
    return str_copy_n(dst, size, list, strcspn(list, ","));
}

/* libpq's words about a bad address may hold parts of it, and those the password; they stand in
 * quotes. */
static bool bad_address(struct err *err, const char *words)
{
    return err_set(err, ERR_REFUSED,
                   "postgres: the address of the record can't be read: %.*s; it looks like "
                   "postgresql://user@host:5432/database",
                   (int)strcspn(words, "\"\n"), words);
}

/* The i-th host. False when a part of it is too long. */
static bool set_place(const struct pg_target *t, int32_t i, struct pg_place *p)
{
    if (!pick(value_of(t, "host"), i, p->host, sizeof p->host) ||
        !pick(value_of(t, "hostaddr"), i, p->address, sizeof p->address) ||
        !pick(value_of(t, "port"), i, p->port, sizeof p->port))
        return false;
    if (p->host[0] == '\0' && p->address[0] == '\0')
        (void)str_copy(p->host, sizeof p->host, LOCAL_DIR); /* else PGHOST would count */
    if (p->port[0] == '\0')
        (void)str_copy(p->port, sizeof p->port, "5432"); /* else PGPORT */
    return true;
}

static bool set_places(struct pg_target *t, struct err *err)
{
    const char *addresses = value_of(t, "hostaddr");
    int32_t n = count_of(value_of(t, "host")), n_addresses = count_of(addresses);
    int32_t n_ports = count_of(value_of(t, "port"));
    if (value_of(t, "host")[0] == '\0')
        n = n_addresses;
    if (value_of(t, "service")[0] != '\0')
        return bad_address(err, "it names a service; name the host itself");
    if (n > PG_PLACES_MAX)
        return bad_address(err, "it names more than 8 hosts");
    if ((addresses[0] != '\0' && n_addresses != n) || (n_ports != 1 && n_ports != n))
        return bad_address(err, "it does not name as many ports or addresses as hosts");
    for (int32_t i = 0; i < n; i++)
        if (!set_place(t, i, &t->place[i]))
            return bad_address(err, "a host or port in it is too long");
    t->places = n;
    return true;
}

bool pg_target_init(struct pg_target *t, const char *url, const char *password_file,
                    int64_t host_us, struct err *err)
{
    char *words = NULL;
    *t = (struct pg_target){.host_us = host_us};
    if (password_file != NULL &&
        !str_copy(t->password_file, sizeof t->password_file, password_file))
        return bad_address(err, "the name of the password file is too long");
    t->options = PQconninfoParse(url, &words);
    bool ok = t->options != NULL || bad_address(err, words != NULL ? words : "out of memory");
    PQfreemem(words);
    if (ok && !str_copy(t->secret, sizeof t->secret, value_of(t, "password")))
        ok = bad_address(err, "the password is too long");
    if (ok && set_places(t, err))
        return true;
    pg_target_done(t);
    return false;
}

void pg_target_done(struct pg_target *t)
{
    PQconninfoFree(t->options);
    explicit_bzero(t->secret, sizeof t->secret);
    t->options = NULL;
}
