/* widget_spark.c - a line of small columns. Always drawn next to the number it repeats. */
#include "widget.h"

void spark_draw(struct pane p, int y, int x, int width, const int32_t *values, int count, int role)
{
    static const char *const level[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    int32_t most = 1;
    for (int i = 0; i < count; i++)
        if (values[i] > most)
            most = values[i];
    int first = count > width ? count - width : 0;
    for (int i = first; i < count; i++) {
        int64_t v = values[i] < 0 ? 0 : values[i];
        int step = (int)((v * 8 + most - 1) / most);
        pane_put(p, y, x + i - first, v == 0 ? ROLE_DIM : role, level[step > 0 ? step - 1 : 0]);
    }
}
