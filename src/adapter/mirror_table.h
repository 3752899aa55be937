/* mirror_table.h - which relations of the shared record have a copy, and how their columns are. */
#ifndef MIRROR_TABLE_H
#define MIRROR_TABLE_H

#include "store/db.h"

/* Columns, a letter each: i number or yes/no, t text, u name (uuid), x bytes as hex digits. */
struct mirror_table {
    const char *name;
    const char *columns;
    enum sql_id put;
    const char *key;  /* as columns, of a row that is gone; "": rows of it are never deleted */
    enum sql_id drop; /* SQL_COUNT: none */
};

/* NULL when there is none of this name. */
const struct mirror_table *mirror_table_of(const char *name);

#endif
