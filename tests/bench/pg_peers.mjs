/* pg_peers.mjs - graphile-worker and pg-boss on the bench's server, in the scenes of prog_pg.
 *
 * usage: node pg_peers.mjs graphile|pgboss URL due COUNT ROUNDS | cron COUNT ROUNDS |
 *                                              apart COUNT | ask COUNT | idle SECONDS
 * Prints lines "NAME VALUE"; times in milliseconds. Each is set as it is quickest in the scene:
 * graphile-worker looks ten times a second, takes 500 at a time and completes together, and so it
 * does with one at a time and 24 lanes ("how batch" or "how lanes"); pg-boss looks as often as it
 * lets one (twice a second) and takes 1,000 at a time; with "apart" graphile-worker is also as it comes
 * ("how plain"). Handlers do nothing but note the time. With
 * "idle" both are as they come. */
import { createRequire } from 'node:module';
const require = createRequire(process.cwd() + '/');
const pg = require('pg');

const [kind, url, what, count0, rounds0] = process.argv.slice(2);
const count = Number(count0);
const rounds = Number(rounds0 ?? 1);
let begun = [];
let done = () => {};
let want = 0;

function note(n) {
    const now = performance.timeOrigin + performance.now();
    for (let i = 0; i < n; i++)
        begun.push(now);
    if (begun.length >= want)
        done();
}

function expect(n) {
    begun = [];
    want = n;
    return new Promise((resolve) => { done = resolve; });
}

const now = () => performance.timeOrigin + performance.now();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function at(list, part) {
    const sorted = [...list].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

function print(name, value) {
    console.log(`${name} ${value.toFixed(3)}`);
}

/* --- one door for both --- */

async function graphile(how) {
    const { run, makeWorkerUtils, runMigrations } = require('graphile-worker');
    await runMigrations({ connectionString: url });
    const pool = new pg.Pool({ connectionString: url, max: 10 });
    const quiet = new (require('graphile-worker').Logger)(() => () => {});
    const batch = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
    const preset = { worker: { connectionString: url, concurrentJobs: 24, pollInterval: 100,
                               maxPoolSize: 10, logger: quiet, ...(how === 'batch' ? batch : {}) } };
    const plain = { worker: { connectionString: url, logger: quiet } };
    const taskList = { note: () => { note(1); } };
    const lines = what !== 'cron' ? '' :
        Array.from({ length: count }, (_, i) => `* * * * * note ?id=n${i}`).join('\n');
    const worker = await run({ preset: how === 'plain' ? plain : preset, taskList, crontab: lines,
                               noHandleSignals: true });
    const utils = await makeWorkerUtils({ connectionString: url });
    return {
        put: async (n, atMs) => {
            await pool.query(`SELECT graphile_worker.add_jobs(array(
                SELECT row('note', '{}', NULL, $2::timestamptz, NULL, NULL, NULL, NULL)::graphile_worker.job_spec
                FROM generate_series(1, $1::int)))`, [n, new Date(atMs)]);
        },
        ask: () => utils.addJob('note', {}),
        left: async () => Number((await pool.query(
            'SELECT count(*) FROM graphile_worker._private_jobs')).rows[0].count),
        end: async () => { await worker.stop(); await utils.release(); await pool.end(); },
    };
}

async function pgboss(how) {
    const PgBoss = require('pg-boss');
    const boss = new PgBoss({ connectionString: url, max: 10 });
    boss.on('error', () => {});
    await boss.start();
    await boss.createQueue('note');
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    const options = how === 'plain' ? {} : { batchSize: 1000, pollingIntervalSeconds: 0.5 };
    await boss.work('note', options, async (jobs) => { note(jobs.length); });
    return {
        put: async (n, atMs) => {
            await boss.insert(Array.from({ length: n },
                () => ({ name: 'note', data: {}, startAfter: new Date(atMs) })));
        },
        ask: () => boss.send('note', {}),
        left: async () => Number((await pool.query(
            "SELECT count(*) FROM pgboss.job WHERE name = 'note' AND state < 'completed'")).rows[0].count),
        end: async () => { await boss.stop({ graceful: false }); await pool.end(); },
    };
}

/* --- the scenes --- */

async function due(peer) {
    for (let i = 0; i < rounds; i++) {
        const slot = now() + 2000 + count * 0.2;
        const all = expect(count);
        await peer.put(count, slot);
        if (now() > slot)
            console.log('late 1');
        await all;
        while (await peer.left() > 0)
            await sleep(5);
        print('told', now() - slot);
        print('p50', at(begun, 0.5) - slot);
        print('p99', at(begun, 0.99) - slot);
        print('last', at(begun, 1) - slot);
    }
}

/* Its own schedules, all in each minute. */
async function cron() {
    for (let i = 0; i < rounds; i++) {
        const all = expect(count);
        const slot = Math.ceil((now() + 1) / 60000) * 60000;
        await all;
        print('p99', at(begun, 0.99) - slot);
        print('last', at(begun, 1) - slot);
    }
}

async function apart(peer) {
    const first = now() + 1500;
    const all = expect(count);
    for (let i = 0; i < count; i++)
        await peer.put(1, first + i * 300);
    await all;
    const lags = [...begun].sort((a, b) => a - b).map((t, i) => t - first - i * 300);
    print('p50', at(lags, 0.5));
    print('p99', at(lags, 0.99));
}

async function ask(peer) {
    const lags = [];
    for (let i = 0; i < count; i++) {
        const one = expect(1);
        const asked = now();
        await peer.ask();
        await one;
        lags.push(begun[0] - asked);
        await sleep(5);
    }
    print('p50', at(lags, 0.5));
    print('p99', at(lags, 0.99));
}

async function idle() {
    console.log('ready 1');
    await sleep(count * 1000);
}

const graphileWays = { cron: ['batch'], apart: ['batch', 'lanes', 'plain'] };
const ways = what === 'idle' ? ['plain']
    : kind === 'graphile' ? graphileWays[what] ?? ['batch', 'lanes'] : ['batch'];
for (const how of ways) {
    const peer = await (kind === 'graphile' ? graphile(how) : pgboss(how));
    console.log('how ' + how);
    await sleep(200);
    await { due, cron, apart, ask, idle }[what](peer);
    await peer.end();
}
process.exit(0);
