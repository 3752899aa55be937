-- corpus.db: the full text index. "köln" and "koln" are the same word.
CREATE VIRTUAL TABLE IF NOT EXISTS page_index USING fts5 (
    title,
    body,
    content = 'page_text',
    content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2'
);
