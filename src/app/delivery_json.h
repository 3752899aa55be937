/* delivery_json.h - a delivery as sub-commands show it. */
#ifndef APP_DELIVERY_JSON_H
#define APP_DELIVERY_JSON_H

#include "store/read_deliveries.h"

#include <jansson.h>

json_t *delivery_json(const struct delivery_row *d);
void delivery_line(const struct delivery_row *d);

#endif
