/* console.c - the door: the loop with the record, the log and the desk behind it. */
#include "ui/console.h"

#include "loop.h"
#include "source.h"

static void give_desk(void *ctx, struct desk *desk)
{
    source_record_desk(ctx, desk);
}

bool console_run(const struct console_options *options, enum console_end *ret_end, struct err *err)
{
    struct source_record *record = source_record_new(options);
    if (record == NULL)
        return err_set(err, ERR_STOP, "console: out of memory");
    bool ok = console_loop(options, source_record(record), give_desk, record, ret_end, err);
    source_record_free(record);
    return ok;
}
