/* zones_tzdata.h - port/zones.h on the files of tzdata (zone_file.h). */
#ifndef ADAPTER_ZONES_TZDATA_H
#define ADAPTER_ZONES_TZDATA_H

#include "port/zones.h"

/* directory: as in zone_files_new(). */
bool zones_tzdata_new(const char *directory, struct zones **ret, struct err *err);

#endif
