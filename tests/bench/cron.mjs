// cron.mjs - next-run of two JavaScript programs on the same rows as bench_cron: ns a next.
// usage: node cron.mjs VECTORS   (with croner and cron-parser in NODE_PATH's place)
import { readFileSync } from 'node:fs';
import { Cron } from 'croner';
import { CronExpressionParser } from 'cron-parser';

const unescape = (s) => s.replace(/\\(x..|.)/g, (_, c) =>
  c[0] === 'x' ? String.fromCharCode(parseInt(c.slice(1), 16)) : { t: '\t', n: '\n', r: '\r' }[c] ?? c);
const rows = readFileSync(process.argv[2], 'utf8').split('\n').slice(1).filter(Boolean)
  .map((l) => l.split('\t'))
  .filter((r) => r[3] !== 'invalid' && r[3] !== 'never' && r[6].includes('croner') && r[6].includes('cron-parser'))
  .map(([expr, zone, start]) => ({ expr: unescape(expr), zone, start: new Date(start) }));

const makers = {
  croner: ({ expr, zone, start }) => {
    const job = new Cron(expr, { timezone: zone, paused: true });
    return () => job.nextRun(start);
  },
  'cron-parser': ({ expr, zone, start }) => {
    const job = CronExpressionParser.parse(expr, { tz: zone, currentDate: start });
    return () => { job.reset(start); return job.next(); };
  },
};
for (const [name, make] of Object.entries(makers)) {
  for (const [mix, pick] of [['UTC mix', (z) => z === 'UTC'], ['zones mix', (z) => z !== 'UTC']]) {
    const nexts = rows.filter((r) => pick(r.zone)).flatMap((r) => { try { return [make(r)]; } catch { return []; } });
    let done = 0;
    const end = process.hrtime.bigint() + 2_000_000_000n;
    const began = process.hrtime.bigint();
    while (process.hrtime.bigint() < end) for (let i = 0; i < 50; i++) nexts[done++ % nexts.length]();
    console.log(`${name.padEnd(12)} ${mix.padEnd(10)} ${Number((process.hrtime.bigint() - began) / BigInt(done))} ns a next (${nexts.length} expressions)`);
  }
}
