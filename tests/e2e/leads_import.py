#!/usr/bin/python3
"""leads_import.py - leads by hand: a CSV file into a job's ledger, and letters out of it.

What breaks if it fails: a bad row would be written to or would swallow others, somebody would get a
letter twice or in spite of the suppression list, or a lead of the file would be lost unseen.
"""
import json
import os
import subprocess

import lab
from lab import check

ROWS = ['email,name,company,title,language,url',
        'Maria@Acme.org,Maria,Acme,,en,https://acme.org/',
        '"ben@bolt.org","Ben ""B"" Bolt","Bolt, Inc",Bolts,,',
        'nobody,No,One',
        'maria@ACME.org,Again,,,,',
        'cid@cid.org,"not closed,,',
        'dora@dora.org,Dora,,,,javascript:alert(1)',
        '',
        'eve@eve.org,' + 'x' * 300 + ',,,,',
        ',nobody at all',
        'noreply@fred.org,,,,,',
        'gus@gus.org,\x1b]0;owned\x07Gus,,,,',
        'stop@listed.org,Stop,,,,']
BAD = {4, 6, 7, 9, 10}


def write(name, lines, end='\r\n'):
    path = os.path.join(lab.tmp(), name)
    with open(path, 'w', newline='') as f:
        f.write(end.join(lines) + end)
    return path


def bring(data, path, *more, code=0, **env):
    p = lab.run(data, 'leads', 'import', path, '--job', 'lab', '--json', *more, **env)
    if p.returncode != code:
        raise RuntimeError('import: exit %d: %s%s' % (p.returncode, p.stdout, p.stderr))
    return json.loads(p.stdout), p.stderr


def numbers(**more):
    return dict(dict(dry_run=False, rows=11, good=6, queued=0, known=0, skipped=0, kept_out=5,
                     mode='dryrun'), **more)


def import_once(data, path):
    tried, said = bring(data, path, '--dry-run', code=1)
    check('a dry run only reads', tried == numbers(dry_run=True, mode=None) and
          lab.sends(data, 'lab') == [], tried)
    got, said = bring(data, path, code=1)
    check('each row is counted once: queued, known, skipped, kept out',
          got == numbers(queued=4, known=1, skipped=1), got)
    lines = {int(line.split(':')[1]) for line in said.splitlines() if line.startswith(path)}
    check('what is kept out is named with its line', lines == BAD, (lines, said))
    check('the ledger has the others', sorted(r['address'] for r in lab.sends(data, 'lab')) ==
          ['ben@bolt.org', 'gus@gus.org', 'maria@acme.org', 'stop@listed.org'])
    again, _ = bring(data, path, code=1)
    check('the same file again: all known', again == numbers(known=5, skipped=1), again)


def letters_of(data):
    p = lab.run(data, 'engine', '--until-idle', '--quiet')
    rows = {r['address']: r for r in lab.sends(data, 'lab')}
    brought = [rows[a]['state'] for a in
               ('maria@acme.org', 'ben@bolt.org', 'gus@gus.org', 'stop@listed.org')]
    check('who was brought gets one letter, who is suppressed none',
          p.returncode == 0 and brought == ['simulated'] * 3 + ['suppressed'], (brought, p.stderr))
    per_term = {}
    for r in rows.values():
        if r['state'] == 'simulated':
            per_term[r['group'], r['term']] = per_term.get((r['group'], r['term']), 0) + 1
    check('limits hold', max(per_term.values()) <= 6, per_term)
    preview = lab.must(data, 'template', 'preview', 'letter', '--lead', 'ben@bolt.org')
    check('the letter says what the file said', 'Bolt, Inc' in preview and 'Bolts' in preview,
          preview)
    p = lab.run(data, 'verify', '--at-rest')
    check('the record is in order', p.returncode == 0, p.stdout[-600:] + p.stderr)
    out = lab.must(data, 'audit', 'list')
    check('each import is audited', out.count('leads_imported') == 2, out[-400:])


def many(data):
    """More than a batch, from a pipe, for a named term, without a header."""
    text = ''.join('p%d@d%d.org;P%d\n' % (i, i, i) for i in range(1, 451))
    p = subprocess.run([lab.BIN, '--data', data, 'leads', 'import',
                        '-', '--job', 'lab', '--term', lab.WORDS[5], '--json'], input=text,
                       capture_output=True, text=True, env=lab.env(), timeout=60, check=False)
    got = json.loads(p.stdout) if p.returncode == 0 else p.stderr
    check('450 rows from a pipe', p.returncode == 0 and
          got == numbers(rows=450, good=450, queued=450, kept_out=0), got)
    rows = [r for r in lab.sends(data, 'lab') if r['state'] == 'queued']
    check('they wait in the term that was named',
          len([r for r in rows if r['term'] == lab.WORDS[5]]) >= 450, len(rows))


def refused(data):
    for words, why in ((('none.csv', '--job', 'lab'), 'No such file'),
                       ((write('empty', []), '--job', 'lab'), 'nothing in it'),
                       ((write('head', ['a,b']), '--job', 'lab'), 'no column'),
                       ((write('one', ['a@a.org']), '--job', 'lab', '--term', 'x'), 'no term'),
                       ((write('one', ['a@a.org']), '--job', 'other'), 'no job'),
                       ((write('one', ['a@a.org']),), '--job')):
        p = lab.run(data, 'leads', 'import', *words)
        check('refused: %s' % why, p.returncode in (1, 2) and why in p.stderr, p.stderr)


def main():
    data = lab.prepare('data', loop_interval=6, limit=24, pages=60)
    lab.must(data, 'suppress', 'add', '@listed.org', '--quiet')
    path = write('leads.csv', ROWS)
    import_once(data, path)
    letters_of(data)
    many(data)
    refused(data)
    p = lab.run(data, 'verify', '--at-rest')
    check('the record is in order at the end', p.returncode == 0, p.stdout[-600:] + p.stderr)
    lab.finish()


if __name__ == '__main__':
    main()
