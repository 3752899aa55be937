#!/usr/bin/env python3
"""make-sample.py - writes the pages of the sample workspace (conf/sample/corpus).

All businesses, people and domains are invented; each domain carries the coined marker `-zq`, and
telephone numbers come from ranges that are kept free for fiction where a country has one. The pages
are committed, so this program runs only when they are to change:

    tools/make-sample.py                writes the pages and tests/data/sample/addresses.tsv
    tools/make-sample.py --check        writes nothing: compares, and tells what each term finds

The same program gives the same bytes every time. The texts stand in tools/sample_texts.py.
"""
import html
import pathlib
import random
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import sample_texts as texts  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPUS = ROOT / "conf/sample/corpus"
TRUTH = ROOT / "tests/data/sample/addresses.tsv"
PAGE_MAX = 3000
CF_KEY = 0x5A


# ---- how an address stands on a page -------------------------------------------------------

def entities(text, form):
    return "".join(form.format(ord(c)) for c in text)


def cloudflare(address):
    key = CF_KEY
    return f"{key:02x}" + "".join(f"{b ^ key:02x}" for b in address.encode())


def split_at(address):
    local, domain = address.rsplit("@", 1)
    return local, domain


def written(address, at, dot):
    local, domain = split_at(address)
    return f"{local} {at} {domain.replace('.', dot)}"


def broken_up(address):
    local, domain = split_at(address)
    return f"<b>{local}</b><span>@</span>{domain}"


STYLES = {
    "plain": lambda a: a,
    "mailto": lambda a: f'<a href="mailto:{a}">{a}</a>',
    "subject": lambda a: f'<a href="mailto:{a.replace("@", "%40")}?subject=Web%20page">@@</a>',
    "decimal": lambda a: entities(a, "&#{};"),
    "hex": lambda a: f'<a href="{entities("mailto:" + a, "&#x{:x};")}">@@</a>',
    "cloudflare": lambda a: '<a href="/cdn-cgi/l/email-protection" class="__cf_email__" '
                            f'data-cfemail="{cloudflare(a)}">[email&#160;protected]</a>',
    "brackets": lambda a: written(a, "[at]", " [dot] "),
    "parens": lambda a: written(a, "(at)", "."),
    "arroba": lambda a: written(a, "(arroba)", " (punto) "),
    "umlaut": lambda a: written(a, "[ät]", "."),
    "split": broken_up,
    "micro": lambda a: f'<span itemprop="email">{a}</span>',
    "commat": lambda a: a.replace("@", "&commat;").replace(".", "&period;"),
    # What follows shows no address: a reader of the page gets none from it.
    "form": lambda a: '<form action="/send" method="post"><input name="mail" '
                      'placeholder="name@example.com"><textarea name="text"></textarea>'
                      '<button>OK</button></form>',
    "image": lambda a: '<img src="/img/mail.png" alt="" width="180" height="20">',
    "comment": lambda a: f"<!-- old: {a} --> &nbsp;",
    "phone": lambda a: "",
}
SILENT = {"form", "image", "comment", "phone"}


def shown(business, words):
    """The lines that carry the addresses of a business."""
    out = []
    for n, address in enumerate(business.addresses):
        style = business.style if n == 0 else ("mailto" if n % 2 else "plain")
        label = words["mail"] if n == 0 else words["more"][n % len(words["more"])]
        out.append(f"{label}: " + STYLES[style](address).replace("@@", words["write"]))
    return out


# ---- layouts -------------------------------------------------------------------------------

def head(b, words, extra=""):
    charset = {"utf-16": "", "bare": ""}.get(b.encoding)
    if charset is None:
        charset = f'<meta charset="{b.encoding}">'
    return (f'<!DOCTYPE html>\n<html lang="{b.lang}">\n<head>{charset}\n'
            f"<title>{html.escape(b.title)}</title>\n{extra}</head>\n")


def layout_classic(b, words):
    nav = " ".join(f'<a href="/p{n}.html">{t}</a>' for n, t in enumerate(words["nav"]))
    body = "\n".join(f"<p>{p}</p>" for p in b.text)
    mails = "<br>\n".join(shown(b, words))
    return (head(b, words) + f"<body><nav>{nav}</nav>\n<h1>{b.heading}</h1>\n{body}\n"
            f"<address>{b.shown_name}<br>{b.street}<br>{words['tel']} {b.phone}<br>\n{mails}"
            f"</address>\n<footer>&copy; 2026 {b.shown_name}</footer>\n</body></html>\n")


def layout_table(b, words):
    rows = "\n".join(f'<TR><TD VALIGN=TOP><FONT FACE="Verdana" SIZE=2>{p}</FONT></TD></TR>'
                     for p in b.text)
    mails = "\n".join(f"<TR><TD>{m}</TD></TR>" for m in shown(b, words))
    charset = b.encoding if b.encoding not in ("bare", "utf-16") else ""
    meta = (f'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset={charset}">'
            if charset else "")
    return (f"<HTML><HEAD>{meta}<TITLE>{html.escape(b.title)}</TITLE></HEAD>\n"
            f'<BODY BGCOLOR="#FFFFEE"><CENTER><H1>{b.heading}</H1>\n<TABLE BORDER=0 WIDTH=640>\n'
            f"{rows}\n<TR><TD>{b.shown_name}, {b.street} - {words['tel']} {b.phone}</TD></TR>\n"
            f"{mails}\n</TABLE></CENTER></BODY></HTML>\n")


def layout_modern(b, words):
    mail = ""
    mails = shown(b, words)
    if b.style not in SILENT:
        mail = f'"email":"{b.addresses[0]}",'
        if b.style != "micro":
            mails = mails[1:]
    ld = ('<script type="application/ld+json">{"@context":"https://schema.org","@type":'
          f'"LocalBusiness","name":"{b.name}",{mail}"telephone":"{b.phone}",'
          f'"address":"{b.street}"}}</script>\n')
    meta = (f'<meta property="og:site_name" content="{html.escape(b.name)}">\n'
            f'<link rel="icon" href="/favicon@2x.png">\n{ld}')
    cards = "\n".join(f'<section class="card"><p>{p}</p></section>' for p in b.text)
    tail = "".join(f"<p>{m}</p>" for m in mails)
    return (head(b, words, meta) + f'<body>\n<header class="hero"><h1>{b.heading}</h1></header>\n'
            f'<main itemscope>\n{cards}\n<section id="contact"><h2>{words["contact"]}</h2>'
            f"<p>{b.street}, {words['tel']} {b.phone}</p>{tail}</section>\n</main>\n"
            f'<footer><a href="#top">{words["top"]}</a> {b.shown_name}</footer></body></html>\n')


def layout_short(b, words):
    return (head(b, words) + f"<body><h1>{b.heading}</h1>\n<p>" + " ".join(b.text[:2]) +
            f"</p>\n<p>{b.shown_name}, {b.street}. {words['tel']} {b.phone}. " +
            " ".join(shown(b, words)) + "</p></body></html>\n")


def layout_blog(b, words):
    posts = "\n".join(f"<article><h2>{words['news'][n % len(words['news'])]}</h2><p>{p}</p>"
                      "</article>" for n, p in enumerate(b.text))
    side = "".join(f"<li>{m}</li>" for m in shown(b, words))
    return (head(b, words, "<style>body{margin:0}.side{float:right}</style>\n") +
            f'<body class="home blog"><div id="page"><h1><a href="/">{b.heading}</a></h1>\n{posts}'
            f'\n<aside class="side"><h3>{words["contact"]}</h3><ul><li>{b.street}</li>'
            f"<li>{words['tel']} {b.phone}</li>{side}</ul></aside></div>\n"
            f'<div class="cookie">{words["cookie"]} <button>OK</button></div></body></html>\n')


def layout_hours(b, words):
    rows = "".join(f"<tr><th>{d}</th><td>{h}</td></tr>" for d, h in words["hours"])
    lines = "".join(f"<dd>{m}</dd>" for m in shown(b, words))
    text = "".join(f"<div>{p}</div>\n" for p in b.text)
    return (head(b, words) + f"<body><div class=top>{b.heading}</div>\n{text}<table>{rows}</table>"
            f"\n<dl><dt>{words['contact']}</dt><dd>{b.shown_name}</dd><dd>{b.street}</dd>"
            f"<dd>{words['tel']} {b.phone}</dd>{lines}</dl></body></html>\n")


def layout_tight(b, words):
    text = "".join(f"<p>{p}" for p in b.text)
    mails = "".join(f"<li>{m}" for m in shown(b, words))
    return (f"<!doctype html><html lang={b.lang}><meta charset={b.encoding}><title>"
            f"{html.escape(b.title)}</title><script>window.q=window.q||[];q.push('view')</script>"
            "<body><svg width=16 height=16><circle cx=8 cy=8 r=7 /></svg>"
            f"<h1>{b.heading}</h1>{text}<ul><li>{b.street}<li>{words['tel']} {b.phone}{mails}</ul>\n")


def layout_text(b, words):
    lines = [html.unescape(b.title), "=" * len(html.unescape(b.title)), ""]
    lines += [html.unescape(p) for p in b.text] + ["", html.unescape(b.shown_name), b.street]
    lines.append(f"{words['tel']} {b.phone}")
    if b.style not in SILENT:
        lines += [f"{words['mail']}: {a}" for a in b.addresses]
    return "\n".join(lines) + "\n"


LAYOUTS = {"classic": layout_classic, "table": layout_table, "modern": layout_modern,
           "short": layout_short, "blog": layout_blog, "hours": layout_hours,
           "tight": layout_tight, "text": layout_text}


# ---- businesses ----------------------------------------------------------------------------

class Business:
    """One page: what it says, in which layout, encoding and style."""

    def __init__(self, lang, trade, row, number, dice):
        self.lang, self.name = lang, row[0]
        self.domain, locals_, self.quarter = row[1], row[2], row[3]
        options = dict(o.split("=") for o in row[4].split()) if len(row) > 4 else {}
        self.style = options.get("style", trade["styles"][number % len(trade["styles"])])
        self.layout = options.get("layout", trade["layouts"][number % len(trade["layouts"])])
        self.encoding = options.get("enc", "utf-8")
        self.addresses = [a if "@" in a else f"{a}@{self.domain}" for a in locals_.split()]
        words = texts.WORDS[lang]
        number_tail = dice.randrange(100, 1000)
        self.phone = words["phone"].format(number_tail, a=number_tail // 100, b=number_tail % 100)
        street = words["streets"][dice.randrange(len(words["streets"]))]
        self.street = words["place"].format(street=street, no=dice.randrange(1, 90),
                                            quarter=self.quarter)
        self.heading = self.fill(dice.choice(trade["headings"]))
        self.title = self.fill(dice.choice(trade["titles"]))
        count = dice.randrange(2, 5)
        self.text = [self.fill(p) for p in dice.sample(trade["text"], count)]
        self.text.insert(1, self.fill(dice.choice(trade["must"])))
        self.shown_name = html.escape(self.name)
        self.slug = self.domain.split("-zq")[0] if "@" not in self.domain else self.domain
        self.slug = options.get("slug", self.slug)
        if self.layout == "text":
            self.file = f"{lang}/{self.slug}.txt"
        else:
            self.file = f"{lang}/{self.slug}.html"

    def fill(self, pattern):
        return pattern.format(name=self.name, quarter=self.quarter)

    def truth(self):
        return [] if self.style in SILENT and len(self.addresses) == 1 else (
            self.addresses[1:] if self.style in SILENT else self.addresses)

    def bytes(self):
        page = LAYOUTS[self.layout](self, texts.WORDS[self.lang])
        if self.encoding == "utf-16":
            return b"\xff\xfe" + page.encode("utf-16-le")
        codec = {"bare": "cp1252"}.get(self.encoding, self.encoding)
        return page.encode(codec, "xmlcharrefreplace")


def make_pages():
    """{file: (bytes, addresses in order)}"""
    pages = {}
    for lang, trades in texts.TRADES.items():
        for trade in trades:
            dice = random.Random(f"{lang} {trade['term']}")
            for number, row in enumerate(trade["rows"]):
                b = Business(lang, trade, row, number, dice)
                assert b.file not in pages, b.file
                pages[b.file] = (b.bytes(), b.truth())
    for file, (page, addresses) in texts.EXTRA.items():
        assert file not in pages, file
        pages[file] = (page.encode(), addresses)
    for file, (page, _) in pages.items():
        assert len(page) < PAGE_MAX, f"{file} has {len(page)} bytes"
    return dict(sorted(pages.items()))


# ---- looking at the result -----------------------------------------------------------------

def plain_text(file, page):
    """Enough of a page reader for counting what a term finds."""
    import re
    if page.startswith(b"\xff\xfe"):
        text = page[2:].decode("utf-16-le")
    else:
        try:
            text = page.decode("utf-8")
        except UnicodeDecodeError:
            text = page.decode("cp1252")
    if file.endswith(".txt"):
        return text
    text = re.sub(r"(?is)<!--.*?-->|<script.*?</script>|<style.*?</style>", " ", text)
    return html.unescape(re.sub(r"(?s)<[^>]*>", " ", text))


def find(db, term):
    query = " ".join(f'"{w}"' for w in term.split())
    return [row[0] for row in db.execute(
        "SELECT p.file FROM page_index JOIN page AS p ON p.id = page_index.rowid"
        " WHERE page_index MATCH ? ORDER BY round(bm25(page_index), 12), p.file", (query,))]


def check(pages):
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE page(id INTEGER PRIMARY KEY, file TEXT)")
    db.execute("CREATE VIRTUAL TABLE page_index USING fts5"
               "(body, tokenize='unicode61 remove_diacritics 2')")
    for n, (file, (page, _)) in enumerate(pages.items()):
        db.execute("INSERT INTO page VALUES (?, ?)", (n, file))
        db.execute("INSERT INTO page_index(rowid, body) VALUES (?, ?)", (n, plain_text(file, page)))
    taken, total = set(), 0
    for group, terms in texts.GROUPS.items():
        print(group)
        for term in terms:
            files = find(db, term)
            fresh = []
            for a in (a for f in files for a in pages[f][1]):
                if a not in taken and a not in fresh and not a.startswith("noreply@"):
                    fresh.append(a)
            taken.update(fresh)
            total += len(fresh)
            print(f"  {term:32} pages {len(files):3}  new addresses {len(fresh):3}")
    print(f"{len(pages)} pages, {sum(len(p) for p, _ in pages.values())} bytes, "
          f"{total} addresses within reach of the job")


def main():
    pages = make_pages()
    truth = "".join(f"{file}\t{a}\n" for file, (_, addresses) in pages.items()
                    for a in addresses)
    if "--check" in sys.argv:
        there = {str(p.relative_to(CORPUS)): p.read_bytes()
                 for p in sorted(CORPUS.rglob("*")) if p.is_file()}
        check(pages)
        if there != {file: page for file, (page, _) in pages.items()}:
            sys.exit("make-sample: conf/sample/corpus differs; run tools/make-sample.py")
        if TRUTH.read_text() != truth:
            sys.exit(f"make-sample: {TRUTH} differs; run tools/make-sample.py")
        return
    for file, (page, _) in pages.items():
        path = CORPUS / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page)
    TRUTH.parent.mkdir(parents=True, exist_ok=True)
    TRUTH.write_text(truth)
    print(f"{len(pages)} pages in {CORPUS}")


if __name__ == "__main__":
    main()
