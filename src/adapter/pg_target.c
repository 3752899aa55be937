/* pg_target.c - reads the address of a record. libpq reads its two forms; lists of hosts are taken
 * apart here, because each host gets a deadline of its own. */
#include "base/str.h"
#include "pg_reach.h"

#include <stdlib.h>
#include <string.h>

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

static bool set_places(struct pg_target *t, struct err *err)
{
    const char *hosts = value_of(t, "host"), *addresses = value_of(t, "hostaddr");
    const char *ports = value_of(t, "port");
    int32_t n = count_of(hosts), n_addresses = count_of(addresses), n_ports = count_of(ports);
    if (hosts[0] == '\0')
        n = n_addresses;
    if (n > PG_PLACES_MAX)
        return bad_address(err, "it names more than 8 hosts");
    if ((addresses[0] != '\0' && n_addresses != n) || (n_ports != 1 && n_ports != n))
        return bad_address(err, "it does not name as many ports or addresses as hosts");
    for (int32_t i = 0; i < n; i++) {
        struct pg_place *p = &t->place[i];
        if (!pick(hosts, hosts[0] == '\0' ? 0 : i, p->host, sizeof p->host) ||
            !pick(addresses, addresses[0] == '\0' ? 0 : i, p->address, sizeof p->address) ||
            !pick(ports, i, p->port, sizeof p->port))
            return bad_address(err, "a host or port in it is too long");
        if (p->port[0] == '\0')
            (void)str_copy(p->port, sizeof p->port, "5432"); /* fits */
    }
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
