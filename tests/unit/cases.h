/* cases.h - cmocka with what it wants included before it, and tables of cases whose failures name
 * the line of the case. */
#ifndef UNIT_CASES_H
#define UNIT_CASES_H

/* cmocka.h needs the first four. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CASES(table) (sizeof(table) / sizeof *(table))

/* Fails the test unless ok: CHECK_AT(row->line, got == row->want, "got %d", got); */
#define CHECK_AT(line, ok, ...)                                                                    \
    do {                                                                                           \
        if (!(ok)) {                                                                               \
            print_error("case of line %d: ", (int)(line));                                         \
            print_error(__VA_ARGS__);                                                              \
            print_error("\n");                                                                     \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

#endif
