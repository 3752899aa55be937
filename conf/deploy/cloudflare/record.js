/* record.js - the way to PostgreSQL: one connection a request, a time limit on every answer, and
 * what the server says as an answer of the API. */
import { Client } from 'pg';

const CONNECT_MS = 5000, ANSWER_MS = 10000;
const INSTANTS = new Set(['at', 'as_of', 'first_seen', 'last_seen', 'wait_until', 'lease_until',
    'paused_until', 'scheduled_for', 'started_at', 'created_at', 'finished_at', 'last_run_at',
    'next_run_at', 'taken_over_at', 'position_saved_at']);

/* An answer that is no success: status and {"error": {code, message, hint}}. */
export class Refusal extends Error {
    constructor(status, code, message, hint, headers = {}) {
        super(message);
        Object.assign(this, { status, code, hint, headers });
    }
}

/* SQLSTATEs of the record (sql/postgres/functions/01_base.sql), and those it can't help. */
const SAID = {
    AP001: [409, 'conflict', 'look again, then ask again'],
    AP002: [409, 'conflict', 'look again, then ask again'],
    AP003: [409, 'refused', 'the sentence says what to do'],
    AP004: [404, 'not_found', 'the lists (/v1/jobs, /v1/schedules) show what is there'],
    AP005: [503, 'busy', 'ask again in a moment'],
    40001: [503, 'busy', 'ask again in a moment'],
    '40P01': [503, 'busy', 'ask again in a moment'],
    42501: [403, 'forbidden', 'the login of this Worker may not do this'],
};

/* open: a command may have been carried out although nobody heard of it. */
function refusal(error, open) {
    const state = String(error.code ?? '');
    if (error instanceof Refusal)
        return error;
    if (SAID[state])
        return new Refusal(SAID[state][0], SAID[state][1], error.message, SAID[state][2]);
    const said = error.severity !== undefined && !/^(08|28|3D|53|57)/.test(state);
    if (said)
        return new Refusal(500, 'failed', 'record: the server refuses: ' + error.message,
            'is its schema as new as this Worker? autopilot db status');
    return new Refusal(503, 'record_unreachable', 'record: the server does not answer',
        open ? 'nobody knows whether it was done: look at it before asking again'
            : 'ask again when the record answers');
}

/* Six decimals, or none: as the program writes it. */
function instant(us) {
    const seconds = new Date(Math.floor(us / 1e6) * 1000).toISOString().slice(0, 19);
    const rest = us % 1e6;
    return seconds + (rest ? '.' + String(rest).padStart(6, '0') : '') + 'Z';
}

function revive(key, value) {
    return typeof value === 'number' && INSTANTS.has(key) ? instant(value) : value;
}

export class Record {
    constructor(env) {
        const url = env.HYPERDRIVE?.connectionString ?? env.RECORD_URL;
        if (!url)
            throw new Refusal(503, 'record_unreachable', 'record: this Worker has no way to it',
                'bind HYPERDRIVE, or set the secret RECORD_URL');
        this.client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS,
            query_timeout: ANSWER_MS, application_name: 'autopilot-worker' });
        this.client.on('error', () => {}); /* whoever asks next is told */
        this.ready = null;
    }

    /* The value of the JSON text that the statement answers. */
    async ask(text, parameters, is_command = false) {
        let sent = false;
        try {
            await (this.ready ??= this.client.connect());
            sent = true;
            const { rows } = await this.client.query(text, parameters);
            return JSON.parse(rows[0].answer, revive);
        } catch (error) {
            throw refusal(error, is_command && sent);
        }
    }

    end() {
        return this.client.end().catch(() => {}); /* it is gone already */
    }
}
