/* events.js - GET /v1/events: what happens, as server-sent events.
 *
 * Nothing is queued for anybody: a stream is a number, the last event that its client was given,
 * and the record has the rest. Numbers are given when a transaction writes and seen when it ends,
 * so a lower one may be seen after a higher. A gap is therefore waited at until every transaction
 * that was under way when it was first seen has ended; at most until what stands behind it is older
 * than any transaction may become. Then the number was never used, or is another workspace's. */
import { EVENTS, LAST_EVENT } from './queries.js';
import { Refusal } from './record.js';
import { KINDS, screen, sentence } from './sentences.js';

const LOOK_MS = 1000, AT_GAP_MS = 100, BEAT_MS = 15000, GAP_S = 20, RETRY_MS = 1000;
const LEVELS = ['error', 'warn', 'info', 'debug'];

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function text_or_null(text) {
    return text ? screen(text) : null;
}

function block(e, masks) {
    const data = { seq: e.seq, at: e.at, level: LEVELS[e.level] ?? 'info', kind: e.kind,
        area: KINDS[e.kind]?.[0] ?? '', job: text_or_null(e.job), actor: text_or_null(e.actor),
        text: sentence({ ...e, seq: e.send }, masks) };
    return `id: ${e.seq}\nevent: ${e.kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

/* Where a client stands. */
export class Follower {
    constructor(seq) {
        this.seq = seq;
        this.gap = null; /* {seq, next}: waited at, and what comes after all that was under way */
    }

    /* Is what stands before this event settled, in the snapshot that it was read in? */
    settled(e, seen) {
        if (e.seq === this.seq + 1 || e.age_s >= GAP_S)
            return true;
        if (this.gap?.seq !== e.seq)
            this.gap = { seq: e.seq, next: BigInt(seen.next) };
        return BigInt(seen.oldest) >= this.gap.next;
    }

    /* The events of this look that may be told. */
    take(seen) {
        const told = [];
        for (const e of seen.events) {
            if (!this.settled(e, seen))
                break;
            this.seq = e.seq;
            told.push(e);
        }
        return told;
    }
}

async function begin(record, request, query) {
    const said = request.headers.get('Last-Event-ID') || query.get('after');
    if (said === null)
        return record.ask(LAST_EVENT, []);
    if (!/^\d{1,15}$/.test(said))
        throw new Refusal(400, 'bad_id', 'Last-Event-ID (or after) is no number of an event',
            'send the id of the last event that you have, or none');
    return Number(said);
}

/* The blocks that come next; a comment when nothing happened for a while, so that a client that
 * went away is noticed. */
async function next(record, follower, masks) {
    const until = Date.now() + BEAT_MS;
    while (Date.now() < until) {
        const seen = await record.ask(EVENTS, [String(follower.seq)]);
        const told = follower.take(seen);
        if (told.length > 0)
            return told.map((e) => block(e, masks)).join('');
        await wait(seen.events.length > 0 ? AT_GAP_MS : LOOK_MS);
    }
    return ':\n\n';
}

/* The record's connection is the stream's from here on. */
export async function events(record, request, query, masks) {
    const follower = new Follower(await begin(record, request, query));
    const encoder = new TextEncoder();
    const body = new ReadableStream({
        start: (to) => to.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`)),
        async pull(to) {
            try {
                to.enqueue(encoder.encode(await next(record, follower, masks)));
            } catch {
                to.close(); /* the client comes back with what it has */
                await record.end();
            }
        },
        cancel: () => record.end(),
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
}
