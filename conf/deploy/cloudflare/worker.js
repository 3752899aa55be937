/* worker.js - the control API (docs/openapi.json) as a Cloudflare Worker beside PostgreSQL: who
 * asks, whether they may, which end point answers. It keeps nothing between two requests; what may
 * be done is judged by the record, which knows the login (see README.md). */
import { events } from './events.js';
import * as q from './queries.js';
import { Record, Refusal } from './record.js';
import { screen } from './sentences.js';

const BODY_MAX = 65536, RUNS_DEFAULT = 200, RUNS_MAX = 2000;

/* "*" is a name. need: nothing, read or control. */
const ROUTES = [
    ['GET', '/healthz', 'nothing', health],
    ['GET', '/v1/status', 'read', (c) => listed(c, q.STATUS, [c.workspace, null])],
    ['GET', '/v1/jobs', 'read', (c) => listed(c, q.JOBS, [c.workspace, null])],
    ['GET', '/v1/jobs/*', 'read', job],
    ['GET', '/v1/schedules', 'read', (c) => listed(c, q.SCHEDULES, [c.workspace])],
    ['GET', '/v1/runs', 'read', runs],
    ['GET', '/v1/events', 'read', follow],
    ['POST', '/v1/jobs/*/start', 'control', (c) => control(c, 'start')],
    ['POST', '/v1/jobs/*/pause', 'control', (c) => control(c, 'pause')],
    ['POST', '/v1/jobs/*/stop', 'control', (c) => control(c, 'stop')],
    ['POST', '/v1/jobs/*/resume', 'control', (c) => control(c, 'resume')],
];

function json(value, status = 200, headers = {}) {
    return new Response(JSON.stringify(value), { status,
        headers: { 'Content-Type': 'application/json', ...headers } });
}

/* --- what is read --- */

async function listed(c, text, parameters) {
    return json(await c.record.ask(text, parameters));
}

async function health(c) {
    const left = await c.record.ask(q.HEALTH, []).catch(() => -1);
    const [status, text] = left === 0 ? [200, 'ok\n'] : [503, 'not well; see /v1/status\n'];
    return new Response(text, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
}

/* The one of this name. */
function only(c, found) {
    const name = screen(c.name);
    if (found.length === 1)
        return found[0];
    const where = c.workspace === null ? '' : ` in workspace "${screen(c.workspace)}"`;
    throw new Refusal(404, 'not_found', found.length === 0
        ? `job: there is no job "${name}"${where}`
        : `job: "${name}" is in more than one workspace; say which with ?workspace=NAME`,
        'the lists (/v1/jobs, /v1/schedules) show what is there');
}

async function job(c) {
    const found = only(c, await c.record.ask(q.JOB, [c.workspace, c.name]));
    return json({ ...found.row, ...found.more, groups: found.groups });
}

async function runs(c) {
    const limit = c.query.get('limit') || String(RUNS_DEFAULT);
    const failed = c.query.get('failed') || 'no';
    if (!/^\d{1,4}$/.test(limit) || +limit < 1 || +limit > RUNS_MAX || !/^(yes|no)$/.test(failed))
        throw new Refusal(400, 'bad_query', "a parameter can't be understood",
            'schedule=NAME, limit=1..2000, failed=yes|no');
    return listed(c, q.RUNS, [c.workspace, c.query.get('schedule') || null, failed, limit]);
}

async function follow(c) {
    const answer = await events(c.record, c.request, c.query, c.env.MASK_ADDRESSES !== 'no');
    c.record = null; /* the stream ends it */
    return answer;
}

/* --- what is commanded --- */

/* The body is empty, or {}. */
async function check_body(c) {
    const body = await c.request.arrayBuffer();
    if (body.byteLength > BODY_MAX)
        throw new Refusal(413, 'too_large', 'the request has more than 65536 bytes', 'send less');
    if (body.byteLength === 0)
        return;
    if (!/^application\/json *(;|$)/i.test(c.request.headers.get('Content-Type') ?? ''))
        throw new Refusal(415, 'not_json', "the body's Content-Type is not application/json",
            'send a JSON object, or nothing');
    let value = null;
    try {
        value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch { /* said below */ }
    if (value === null || typeof value !== 'object' || Array.isArray(value) ||
        Object.keys(value).length > 0)
        throw new Refusal(400, 'bad_body', 'the body is no JSON object of what is known here',
            'send {} or nothing');
}

/* The sentences of src/engine/desk_commands.c. */
const DONE = {
    pause: (name) => `Pausing ${name}: finishing the letters in hand.`,
    stop: (name) => `Stopping ${name}: finishing the letters in hand.`,
    resume: (name) => `Resumed ${name} at the same point.`,
    start: (name, j, mode) => `Started ${name} (${j.distribution}, ${j.groups} group` +
        `${j.groups === 1 ? '' : 's'}${mode === 'smtp' ? ', sending mail' : ''}).`,
};
const SO_ALREADY = { pause: 'paused', stop: 'stopped', resume: 'running', start: 'running' };

async function control(c, what) {
    await check_body(c);
    const name = screen(c.name);
    const { actor, login, jobs } = await c.record.ask(q.TARGET, [c.workspace, c.name]);
    if (actor === null)
        throw new Refusal(403, 'forbidden', `the login ${login} is no operator's`,
            `let the owner of the record run: autopilot db login add ${login} --operator NAME`);
    const target = only(c, jobs);
    if (what === 'start' && target.groups === 0)
        throw new Refusal(409, 'refused', `job: "${name}" has no groups, so there is nothing to ` +
            'do; `autopilot group add` adds one, `autopilot job import` brings them from a file',
            'the sentence says what to do');
    const mode = c.env.MAIL_MODE || target.mode;
    const { changed } = await c.record.ask(q.CONTROL, [JSON.stringify({ actor,
        workspace: target.workspace, name: c.name, what, mode })], true);
    console.log(`${c.token.name} asked to ${what} "${name}"`);
    return json({ ok: true, changed, message: changed ? DONE[what](name, target, mode)
        : `${name} is ${SO_ALREADY[what]} already.` });
}

/* --- who asks --- */

async function hash(text) {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    return new Uint8Array(digest);
}

function from_base64url(text) {
    return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')),
        (c) => c.charCodeAt(0));
}

/* API_TOKENS is the file api-tokens.json that `autopilot token create` writes: hashes alone. Every
 * row is compared, whole, so that time tells nothing. */
async function token_of(request, env) {
    const said = /^Bearer +(\S+) *$/i.exec(request.headers.get('Authorization') ?? '');
    const asked = await hash(said ? said[1] : '');
    let found = null;
    for (const row of JSON.parse(env.API_TOKENS || '[]')) {
        const known = from_base64url(row.sha256);
        if (known.length === asked.length && crypto.subtle.timingSafeEqual(known, asked))
            found = row;
    }
    return found;
}

/* LIMIT, when it is bound, counts: a token's requests, or a stranger's address's. */
async function within_limit(request, env, token) {
    const key = token ? 'token ' + token.name
        : 'address ' + (request.headers.get('CF-Connecting-IP') ?? '');
    if (env.LIMIT && !(await env.LIMIT.limit({ key })).success)
        throw new Refusal(429, 'too_many', 'more requests a minute than LIMIT allows',
            'ask again after the seconds in Retry-After', { 'Retry-After': '60' });
}

/* --- which end point --- */

function name_of(encoded) {
    try {
        const name = decodeURIComponent(encoded);
        if (!name.includes('\0'))
            return name;
    } catch { /* said below */ }
    throw new Refusal(404, 'not_found', 'nothing has such a name', 'names are UTF-8, encoded');
}

function find_route(method, path) {
    const fits = ROUTES.map(([m, pattern, need, answer]) => {
        const match = new RegExp('^' + pattern.replace('*', '([^/]+)') + '$').exec(path);
        return match && { method: m, need, answer, name: match[1] };
    }).filter(Boolean);
    if (fits.length === 0)
        throw new Refusal(404, 'not_found', 'there is no such end point',
            'docs/openapi.json describes what there is, the README which of it is here');
    const route = fits.find((r) => r.method === method);
    if (!route)
        throw new Refusal(405, 'method_not_allowed', 'this end point does not know that method',
            'the Allow header names those it knows',
            { Allow: fits.map((r) => r.method).join(', ') });
    return { ...route, name: route.name === undefined ? null : name_of(route.name) };
}

/* A stranger learns nothing but that a token is needed: not which end points there are. */
async function answer(request, env, c) {
    const url = new URL(request.url);
    const token = url.pathname === '/healthz' ? null : await token_of(request, env);
    await within_limit(request, env, token);
    if (token === null && url.pathname !== '/healthz')
        throw new Refusal(401, 'unauthorized', 'no token that is known came with the request',
            'send Authorization: Bearer TOKEN; `autopilot token create` makes one',
            { 'WWW-Authenticate': 'Bearer realm="autopilot"' });
    const route = find_route(request.method, url.pathname);
    if (route.need === 'control' && token.scope !== 'control')
        throw new Refusal(403, 'forbidden', 'this token may only read',
            '`autopilot token create NAME --scope control` makes one that may do this');
    Object.assign(c, { request, env, token, name: route.name, query: url.searchParams,
        workspace: url.searchParams.get('workspace') || null, record: new Record(env) });
    return route.answer(c);
}

function refused(error) {
    const known = error instanceof Refusal;
    if (!known)
        console.error(error);
    const { status, code, message, hint, headers } = known ? error
        : { status: 500, code: 'failed', message: 'the Worker failed', hint: 'see its log' };
    return json({ error: { code, message: screen(message), hint } }, status, headers);
}

export default {
    async fetch(request, env, ctx) {
        const c = { record: null };
        const response = await answer(request, env, c).catch(refused);
        if (c.record)
            ctx.waitUntil(c.record.end());
        response.headers.set('Cache-Control', 'no-store');
        response.headers.set('X-Content-Type-Options', 'nosniff');
        return response;
    },
};
