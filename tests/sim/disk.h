/* disk.h - a disk in memory that survives the death of an engine, as an SQLite VFS named "simdisk".
 *
 * A file belongs to the engine whose number stands in its name ("e1-..."). disk_kill() lets every
 * handle of an engine fail from then on, as after kill -9: what was written stays. Deterministic;
 * one thread. */
#ifndef DISK_H
#define DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DISK_ENGINES = 4 };

struct disk;

/* Registers the VFS; one at a time. NULL without memory. */
struct disk *disk_new(void);
void disk_free(struct disk *d); /* after all handles were closed */
/* Name for db_open of engine e's journal. */
void disk_path(int e, char *dst, size_t size);
void disk_kill(struct disk *d, int e);
/* After the dead handles were closed and before the engine lives again. power: what was written
 * since a file's last sync is lost as well. */
void disk_bury(struct disk *d, int e, bool power);
/* From now on each so-manieth write or sync of engine e fails; 0: none does. */
void disk_fail_every(struct disk *d, int e, int64_t n);

#endif
