/* specfile.c - reads specification files. The idea, as for job files: a draft remembers the line of
 * everything it took, so that the rules of domain/spec, which know no files, can be told with file
 * and line. Sections are not opened twice, so each topic's words lie one behind the other. */
#include "app/specfile.h"

#include "inilines.h"

#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/plain.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 10, SHOWN_MAX = 80, REASON_MAX = 360 };
enum { ITEMS_PER_SECTION = 20, ITEMS_MAX = 200 }; /* where the file says nothing */

/* The order of enum spec_part. */
enum section { SECTION_SPEC, SECTION_CATEGORY, SECTION_REGION, SECTION_SOURCE, SECTIONS };

enum key_type { KEY_TEXT, KEY_INT, KEY_BOOL, KEY_FREQUENCY, KEY_KIND, KEY_WORD, KEY_WITHOUT };

struct key_row {
    const char *name;
    enum key_type type;
    size_t offset;    /* into spec_def, spec_topic or spec_source; not for words */
    int32_t max;      /* KEY_INT: from 1 */
    const char *cure; /* required: what to add when it is missing; else NULL */
};

#define SPEC(field) .offset = offsetof(struct spec_def, field)
static const struct key_row spec_keys[] = {
    {"workspace", KEY_TEXT, SPEC(workspace)},
    {"title", KEY_TEXT, SPEC(title)},
    {"description", KEY_TEXT, SPEC(description)},
    {"language", KEY_TEXT, SPEC(language)},
    {"active", KEY_BOOL, SPEC(active)},
    {"frequency", KEY_FREQUENCY, SPEC(frequency), .cure = "frequency = weekly"},
    {"items_per_section", KEY_INT, SPEC(items_per_section), .max = SPEC_SECTION_ITEMS_MAX},
    {"items_max", KEY_INT, SPEC(items_max), .max = SPEC_ITEMS_MAX},
};
#define TOPIC(field) .offset = offsetof(struct spec_topic, field)
static const struct key_row category_keys[] = {
    {"title", KEY_TEXT, TOPIC(title)},
    {"word", KEY_WORD, .cure = NULL},
    {"without", KEY_WITHOUT, .cure = NULL},
    {"summary", KEY_BOOL, TOPIC(summary)},
};
static const struct key_row region_keys[] = {
    {"title", KEY_TEXT, TOPIC(title)},
    {"word", KEY_WORD, .cure = NULL},
    {"without", KEY_WITHOUT, .cure = NULL},
};
#define SOURCE(field) .offset = offsetof(struct spec_source, field)
static const struct key_row source_keys[] = {
    {"kind", KEY_KIND, SOURCE(kind)},
    {"address", KEY_TEXT, SOURCE(address)},
    {"category", KEY_TEXT, SOURCE(category)},
    {"region", KEY_TEXT, SOURCE(region)},
};

struct section_row {
    const char *name;
    const struct key_row *keys;
    size_t count;
    int32_t most; /* of them in a specification; in a file for [specification] */
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
static const struct section_row sections[SECTIONS] = {
    [SECTION_SPEC] = {"specification", spec_keys, COUNT(spec_keys), SPECFILE_SPECS_MAX},
    [SECTION_CATEGORY] = {"category", category_keys, COUNT(category_keys), SPEC_TOPICS_MAX},
    [SECTION_REGION] = {"region", region_keys, COUNT(region_keys), SPEC_TOPICS_MAX},
    [SECTION_SOURCE] = {"source", source_keys, COUNT(source_keys), SPEC_SOURCES_MAX},
};

/* Where a section and its keys stand in the file. */
struct place {
    int32_t line;
    int32_t key[KEYS_MAX]; /* 0 = not given; a word: the first one */
};

/* One specification with the lines of everything in it. */
struct spec_draft {
    struct spec_def def;
    struct spec_topic *categories, *regions;
    struct spec_source *sources;
    const char **words, **without; /* of all topics, SPEC_PHRASES_MAX each */
    int32_t word_count, without_count;
    struct place *places[SECTIONS]; /* [SECTION_SPEC]: one */
};

struct draft {
    const char *path;
    char shown[INI_SHOWN_MAX];
    struct arena *arena;
    struct spec_draft *specs;
    int32_t count;
    enum section section; /* the one that is being read; SECTIONS: none yet */
};

/* --- refusing --------------------------------------------------------------------------------- */

static bool refuse(const struct draft *d, int32_t line, const char *reason, struct err *err)
{
    return err_set(err, ERR_REFUSED, "%s:%d: %s", d->shown, (int)line, reason);
}

static bool refuse_value(const struct draft *d, int32_t line, const char *key, const char *value,
                         const char *reason, struct err *err)
{
    char shown[SHOWN_MAX], shown_key[SHOWN_MAX];
    text_screen_to(shown, sizeof shown, value);
    text_screen_to(shown_key, sizeof shown_key, key);
    return err_set(err, ERR_REFUSED, "%s:%d: %s = \"%s\": %s", d->shown, (int)line, shown_key,
                   shown, reason);
}

static bool full(const struct draft *d, struct err *err)
{
    return err_set(err, ERR_STOP, "%s: there is no memory for a specification file this large",
                   d->shown);
}

/* "did you mean frequency?", or all the names there are. */
static void suggest(char *dst, size_t size, const char *word, const void *rows, size_t count,
                    size_t stride)
{
    const char *near = plain_nearest(word, rows, count, stride);
    (void)str_copy(dst, size, "there are"); /* fits */
    for (size_t i = 0; near == NULL && i < count; i++) {
        const char *name;
        size_t len = strlen(dst);
        memcpy(&name, (const char *)rows + i * stride, sizeof name);
        (void)str_format(dst + len, size - len, "%s %s", i > 0 ? "," : "", name);
    }
    if (near != NULL)
        (void)str_format(dst, size, "did you mean %s?", near);
}

/* --- the draft -------------------------------------------------------------------------------- */

static struct spec_draft *now(const struct draft *d)
{
    return &d->specs[d->count - 1];
}

/* How many of a section there are, and where the count is. */
static int32_t *count_of(struct spec_draft *s, enum section section)
{
    switch (section) {
    case SECTION_CATEGORY:
        return &s->def.category_count;
    case SECTION_REGION:
        return &s->def.region_count;
    default:
        return &s->def.source_count;
    }
}

/* The section that is being read: its place, and the value its keys are written into. */
static struct place *place_of(const struct draft *d, void **ret_def)
{
    struct spec_draft *s = now(d);
    if (d->section == SECTION_SPEC) {
        *ret_def = &s->def;
        return s->places[SECTION_SPEC];
    }
    int32_t last = *count_of(s, d->section) - 1;
    *ret_def = d->section == SECTION_CATEGORY ? (void *)&s->categories[last]
               : d->section == SECTION_REGION ? (void *)&s->regions[last]
                                              : (void *)&s->sources[last];
    return &s->places[d->section][last];
}

static bool begin_spec(struct draft *d, const char *name, struct err *err)
{
    struct arena *a = d->arena;
    struct spec_draft s = {
        .def = {.name = name,
                .title = name,
                .workspace = "default",
                .description = "",
                .language = "en",
                .active = true,
                .items_per_section = ITEMS_PER_SECTION,
                .items_max = ITEMS_MAX},
        .categories = arena_array(a, SPEC_TOPICS_MAX, sizeof *s.categories),
        .regions = arena_array(a, SPEC_TOPICS_MAX, sizeof *s.regions),
        .sources = arena_array(a, SPEC_SOURCES_MAX, sizeof *s.sources),
        .words = arena_array(a, SPEC_PHRASES_MAX, sizeof *s.words),
        .without = arena_array(a, SPEC_PHRASES_MAX, sizeof *s.without),
    };
    bool ok = s.categories != NULL && s.regions != NULL && s.sources != NULL && s.words != NULL &&
              s.without != NULL;
    for (int i = 0; ok && i < SECTIONS; i++) {
        int32_t room = i == SECTION_SPEC ? 1 : sections[i].most;
        s.places[i] = arena_array(a, (size_t)room, sizeof *s.places[i]);
        ok = s.places[i] != NULL;
    }
    s.def.categories = s.categories;
    s.def.regions = s.regions;
    s.def.sources = s.sources;
    if (ok)
        d->specs[d->count++] = s;
    return ok || full(d, err);
}

static void begin_part(struct draft *d, const char *name)
{
    struct spec_draft *s = now(d);
    int32_t at = (*count_of(s, d->section))++;
    struct spec_topic topic = {.id = name,
                               .title = name,
                               .words = s->words + s->word_count,
                               .without = s->without + s->without_count};
    if (d->section == SECTION_CATEGORY)
        s->categories[at] = topic;
    else if (d->section == SECTION_REGION)
        s->regions[at] = topic;
    else
        s->sources[at] =
            (struct spec_source){.name = name, .address = "", .category = "", .region = ""};
}

/* --- values ----------------------------------------------------------------------------------- */

static bool add_phrase(struct draft *d, struct spec_topic *topic, bool without, const char *value,
                       int32_t line, struct err *err)
{
    struct spec_draft *s = now(d);
    if (s->word_count + s->without_count == SPEC_PHRASES_MAX)
        return refuse_value(d, line, without ? "without" : "word", value,
                            "2000 words and phrases are allowed in a specification", err);
    const char *copy = arena_text(d->arena, value);
    if (copy == NULL)
        return full(d, err);
    if (without) {
        s->without[s->without_count++] = copy;
        topic->without_count++;
    } else {
        s->words[s->word_count++] = copy;
        topic->word_count++;
    }
    return true;
}

/* Sets what needs nothing but the value; false when it is not one of the allowed, which are then in
 * allowed. */
static bool set_plain(const struct key_row *row, void *field, const char *value, char *allowed)
{
    int64_t number;
    bool flag;
    switch (row->type) {
    case KEY_INT:
        (void)str_format(allowed, REASON_MAX, "a whole number from 1 to %d is allowed",
                         (int)row->max);
        if (!str_int(value, 1, row->max, &number))
            return false;
        *(int32_t *)field = (int32_t)number;
        return true;
    case KEY_BOOL:
        (void)str_copy(allowed, REASON_MAX, "yes or no is allowed");
        if (!str_bool(value, &flag))
            return false;
        *(bool *)field = flag;
        return true;
    case KEY_FREQUENCY:
        (void)str_copy(allowed, REASON_MAX, "daily, weekly, biweekly or monthly is allowed");
        return frequency_parse(value, field);
    default:
        (void)str_copy(allowed, REASON_MAX, "auto, rss, atom, json or corpus is allowed");
        return source_kind_parse(value, field);
    }
}

static bool set_value(struct draft *d, const struct key_row *row, void *def, const char *value,
                      int32_t line, struct err *err)
{
    char allowed[REASON_MAX];
    void *field = (char *)def + row->offset;
    if (row->type == KEY_WORD || row->type == KEY_WITHOUT)
        return add_phrase(d, def, row->type == KEY_WITHOUT, value, line, err);
    if (row->type == KEY_TEXT) {
        const char *copy = arena_text(d->arena, value);
        if (copy == NULL)
            return full(d, err);
        *(const char **)field = copy;
        return true;
    }
    return set_plain(row, field, value, allowed) ||
           refuse_value(d, line, row->name, value, allowed, err);
}

/* --- events ----------------------------------------------------------------------------------- */

static bool take_entry(void *ctx, int32_t line, const char *key, const char *value, struct err *err)
{
    struct draft *d = ctx;
    char reason[REASON_MAX], names[200];
    void *def;
    if (d->section == SECTIONS)
        return refuse_value(d, line, key, value,
                            "this stands before the first [specification NAME]", err);
    const struct section_row *section = &sections[d->section];
    size_t i = 0;
    while (i < section->count && !str_equal(section->keys[i].name, key))
        i++;
    if (i == section->count) {
        suggest(names, sizeof names, key, section->keys, section->count, sizeof section->keys[0]);
        (void)str_format(reason, sizeof reason, "[%s] has no such key; %s", section->name, names);
        return refuse_value(d, line, key, value, reason, err);
    }
    struct place *place = place_of(d, &def);
    enum key_type type = section->keys[i].type;
    if (place->key[i] != 0 && type != KEY_WORD && type != KEY_WITHOUT) {
        (void)str_format(reason, sizeof reason, "the key stands twice; it was given in line %d",
                         (int)place->key[i]);
        return refuse_value(d, line, key, value, reason, err);
    }
    if (value[0] == '\0')
        return refuse_value(d, line, key, value, "the value is empty", err);
    if (place->key[i] == 0)
        place->key[i] = line;
    return set_value(d, &section->keys[i], def, value, line, err);
}

/* A source's file is meant from where the specification file is. */
static bool place_address(struct draft *d, struct err *err)
{
    char dir[FILE_PATH_MAX], whole[PATH_MAX], path[FILE_PATH_MAX];
    struct spec_draft *s = now(d);
    struct spec_source *source = &s->sources[s->def.source_count - 1];
    if (source->kind == SOURCE_CORPUS || source->address[0] == '\0' || source->address[0] == '/' ||
        strstr(source->address, "://") != NULL)
        return true;
    file_dir_of(dir, d->path);
    if (realpath(dir, whole) == NULL || !file_join(path, whole, source->address, err))
        return refuse_value(d, s->places[SECTION_SOURCE][s->def.source_count - 1].line, "address",
                            source->address, "the directory of this file cannot be found", err);
    source->address = arena_text(d->arena, path);
    return source->address != NULL || full(d, err);
}

/* What a section still lacks when the next one begins. */
static bool end_section(struct draft *d, struct err *err)
{
    char reason[REASON_MAX];
    void *def;
    if (d->section == SECTIONS)
        return true;
    const struct section_row *section = &sections[d->section];
    const struct place *place = place_of(d, &def);
    for (size_t i = 0; i < section->count; i++) {
        if (section->keys[i].cure == NULL || place->key[i] != 0)
            continue;
        (void)str_format(reason, sizeof reason, "this [%s] section has no %s; add a line \"%s\"",
                         section->name, section->keys[i].name, section->keys[i].cure);
        return refuse(d, place->line, reason, err);
    }
    return d->section != SECTION_SOURCE || place_address(d, err);
}

/* The line that a broken rule is about. */
static int32_t fault_line(const struct spec_draft *s, const struct spec_fault *fault)
{
    enum section section = (enum section)fault->part;
    const struct place *place = &s->places[section][section == SECTION_SPEC ? 0 : fault->index];
    for (size_t i = 0; i < sections[section].count; i++)
        if (str_equal(sections[section].keys[i].name, fault->key) && place->key[i] != 0)
            return place->key[i];
    return place->line;
}
_Static_assert((int)SECTION_SOURCE == (int)SPEC_PART_SOURCE, "fault_line takes one for the other");

static bool end_spec(struct draft *d, struct err *err)
{
    struct spec_fault fault;
    char reason[REASON_MAX];
    if (d->count == 0)
        return true;
    const struct spec_draft *s = now(d);
    if (spec_find_fault(&s->def, &fault))
        return refuse(d, fault_line(s, &fault), fault.text, err);
    for (int32_t i = 0; i < d->count - 1; i++) {
        const struct spec_draft *other = &d->specs[i];
        if (!str_equal(other->def.name, s->def.name) ||
            !str_equal(other->def.workspace, s->def.workspace))
            continue;
        (void)str_format(reason, sizeof reason,
                         "[specification %s] stands twice; it began in line %d", s->def.name,
                         (int)other->places[SECTION_SPEC]->line);
        return refuse(d, s->places[SECTION_SPEC]->line, reason, err);
    }
    return true;
}

/* The section may begin here: it is known, named, in a specification, and not one too many. */
static bool check_section(struct draft *d, int32_t line, const char *kind, const char *name,
                          enum section section, struct err *err)
{
    char shown[SHOWN_MAX], names[200], reason[REASON_MAX];
    text_screen_to(shown, sizeof shown, kind);
    if (section == SECTIONS) {
        suggest(names, sizeof names, kind, sections, SECTIONS, sizeof sections[0]);
        (void)str_format(reason, sizeof reason, "[%s] is no section of a specification file; %s",
                         shown, names);
        return refuse(d, line, reason, err);
    }
    (void)str_format(reason, sizeof reason, "[%s] needs a name: [%s NAME]", kind, kind);
    if (name[0] == '\0')
        return refuse(d, line, reason, err);
    if (section != SECTION_SPEC && d->count == 0)
        return refuse(d, line, "this stands before the first [specification NAME]", err);
    int32_t there = section == SECTION_SPEC ? d->count : *count_of(now(d), section);
    (void)str_format(reason, sizeof reason, "%d sections [%s NAME] are allowed", (int)there, kind);
    return there < sections[section].most || refuse(d, line, reason, err);
}

static bool take_section(void *ctx, int32_t line, const char *kind, const char *name,
                         struct err *err)
{
    struct draft *d = ctx;
    void *def;
    enum section section = SECTION_SPEC;
    while (section < SECTIONS && !str_equal(sections[section].name, kind))
        section++;
    if (!end_section(d, err) || !check_section(d, line, kind, name, section, err))
        return false;
    if (section == SECTION_SPEC && !end_spec(d, err))
        return false;
    const char *copy = arena_text(d->arena, name);
    if (copy == NULL)
        return full(d, err);
    d->section = section;
    if (section == SECTION_SPEC && !begin_spec(d, copy, err))
        return false;
    if (section != SECTION_SPEC)
        begin_part(d, copy);
    place_of(d, &def)->line = line;
    return true;
}

bool specfile_read(const char *path, struct arena *arena, struct spec_def **ret_specs,
                   int32_t *ret_count, struct err *err)
{
    struct draft d = {.path = path, .arena = arena, .section = SECTIONS};
    struct ini_events events = {.section = take_section, .entry = take_entry, .ctx = &d};
    inilines_shown(path, d.shown);
    d.specs = arena_array(arena, SPECFILE_SPECS_MAX, sizeof *d.specs);
    struct spec_def *specs = arena_array(arena, SPECFILE_SPECS_MAX, sizeof *specs);
    if (d.specs == NULL || specs == NULL)
        return full(&d, err);
    if (!inilines_read(path, &events, err) || !end_section(&d, err) || !end_spec(&d, err))
        return false;
    if (d.count == 0)
        return err_set(err, ERR_REFUSED, "%s: there is no section [specification NAME] in it",
                       d.shown);
    for (int32_t i = 0; i < d.count; i++)
        specs[i] = d.specs[i].def;
    *ret_specs = specs;
    *ret_count = d.count;
    return true;
}
