/* page_tag.h - reads the tags of HTML one attribute at a time, as the HTML standard's tokenizer
 * does (section 13.2.5). Nothing is decoded or copied. */
#ifndef ADAPTER_PAGE_TAG_H
#define ADAPTER_PAGE_TAG_H

#include "page_parts.h"

/* Where reading stands. */
struct page_cursor {
    const char *at, *end;
};

/* True for what separates attributes: space, tab, line feed, form feed, carriage return. */
bool page_is_space(char c);
bool page_is_letter(char c);
/* The tag's name at the cursor, which is moved behind it. */
struct page_span page_tag_name(struct page_cursor *c);
/* The next attribute of a tag whose name was read; false at the tag's end, the cursor then stands
 * behind its '>' or at the end of the text. */
bool page_tag_attribute(struct page_cursor *c, struct page_span *ret_name,
                        struct page_span *ret_value);
/* The cursor behind the next '>' (or at the end). */
void page_tag_skip(struct page_cursor *c);
/* The cursor stands behind "<!--": moves it behind the comment's end, which may be missing. */
void page_tag_comment(struct page_cursor *c);
/* ASCII without case. */
bool page_span_is(struct page_span span, const char *text);
bool page_span_starts(struct page_span span, const char *text);
struct page_span page_span_trim(struct page_span span);

#endif
