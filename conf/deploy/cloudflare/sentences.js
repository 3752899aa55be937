/* sentences.js - how a row of the log becomes a sentence: the table of src/domain/event.c, word for
 * word (tests/e2e/worker_cloudflare.py holds one against the other), and the same mask. */

/* Kind: area, sentence. */
export const KINDS = {
    job_created: ['job', '{job}: made by {actor}: {n1} groups, {n2} terms'],
    job_changed: ['job', '{job}: changed by {actor}: {n1} groups, {n2} terms now'],
    job_deleted: ['job', '{job}: deleted by {actor}'],
    job_start: ['job', '{job}: started by {actor}, {text}'],
    job_pause: ['job', '{job}: {actor} asked for a pause'],
    job_stop: ['job', '{job}: {actor} asked for a stop'],
    job_resume: ['job', '{job}: resumed by {actor}, {text}'],
    job_confirm: ['job', '{job}: its first letters were confirmed by {actor}'],
    workspace_created: ['job', 'workspace {text}: made by {actor}'],
    workspace_deleted: ['job', 'workspace {text}: deleted by {actor}'],
    template_changed: ['job', 'template {text}: version {n1} by {actor}'],
    template_deleted: ['job', 'template {text}: deleted by {actor}'],
    suppress_added: ['mail', '{text}: suppressed by {actor}'],
    suppress_removed: ['mail', '{text}: no longer suppressed, by {actor}'],
    send_settled: ['mail', '{job}: letter {seq} to {address} settled by {actor}: {text}'],
    leads_imported: ['search', '{actor} imported {n1} leads, {n2} were known'],
    letter_delayed: ['mail',
        '{job}: letter {seq} to {address} is delayed, as {actor} brought in: {text}'],
    letter_delivered: ['mail',
        '{job}: letter {seq} to {address} arrived, as {actor} brought in: {text}'],
    letter_bounced: ['mail',
        '{job}: letter {seq} to {address} came back, as {actor} brought in: {text}'],
    letter_answered: ['mail',
        '{job}: letter {seq} to {address} was answered, as {actor} brought in'],
    spec_changed: ['report', 'specification {text}: defined by {actor}'],
    spec_deleted: ['report', 'specification {text}: deleted by {actor}'],
    schedule_created: ['report', 'schedule {text}: made by {actor}'],
    schedule_changed: ['report', 'schedule {text}: changed by {actor}'],
    schedule_deleted: ['report', 'schedule {text}: deleted by {actor}'],
    schedule_enabled: ['report', 'schedule {text}: enabled by {actor}'],
    schedule_disabled: ['report', 'schedule {text}: disabled by {actor}'],
    schedule_paused: ['report', 'schedule paused by {actor}: {text}'],
    schedule_resumed: ['report', 'schedule {text}: resumed by {actor}'],
    run_asked: ['report', '{text}: a report now, asked for by {actor}'],
    run_cancelled: ['report', '{text}: a run was cancelled by {actor}'],
    run_seen: ['report', '{text}: its failure was seen by {actor}'],
    backfill_asked: ['report', '{text}: {n1} reports of the past, asked for by {actor}'],
    member_put: ['report', '{text}, by {actor}'],
    engine_forgotten: ['engine', '{actor} says that the engine on {text} will tell nothing more'],
    member_removed: ['report', '{text}: no member any more, by {actor}'],
    schedule_template_changed: ['report', 'template of schedules {text}: defined by {actor}'],
    schedule_template_deleted: ['report', 'template of schedules {text}: deleted by {actor}'],
    lease_taken: ['engine', '{job}: taken by engine {text}, epoch {n1}'],
    lease_taken_over: ['engine', '{job}: taken over by {text}, whose lease ran out'],
    lease_released: ['engine', '{job}: given back, epoch {n1}'],
    job_paused: ['engine', '{job}: paused, {n1} letters so far; it goes on at this point'],
    job_stopped: ['engine', '{job}: stopped, {n1} letters so far; it goes on at this point'],
    job_completed: ['engine', '{job}: completed cycle {n1}, {n2} letters in all'],
    job_failed: ['engine', '{job}: failed: {text}'],
    job_unconfirmed: ['engine',
        '{job}: {n1} letters are out; look at them, then: autopilot job confirm'],
    job_braked: ['engine', '{job}: pauses, {text}; look at the relay and the list, then resume it'],
    job_rests: ['engine', '{job}: cycle {n1} counted nothing new; it rests'],
    cycle: ['engine', '{job}: cycle {n1} begins'],
    group: ['engine', '{job}: group {group} begins, number {n1} of the cycle'],
    pass: ['engine', '{job}: pass {n1} of group {group} deals {n2} places'],
    term: ['engine', '{job}: "{term}" of {group} begins at {n1}'],
    term_end: ['engine', '{job}: "{term}" of {group} ends its turn {text}, {n1} counted'],
    group_end: ['engine', '{job}: group {group} is done, {n1} counted'],
    searched: ['search', '{job}: "{term}" gave {n1} new addresses, {n2} known ones'],
    search_failed: ['search', '{job}: search for "{term}" failed, {n1} in a row: {text}'],
    lead: ['search', '{job}: lead {address} for "{term}" of {group}'],
    duplicate: ['search', '{job}: {address} met again by "{term}" of {group}'],
    claimed: ['mail', '{job}: {n1} letters of "{term}" taken, from letter {seq} on'],
    released: ['mail', '{job}: letter {seq} to {address} was not sent and waits again {text}'],
    sent: ['mail', '{job}: sent to {address} ({group})'],
    simulated: ['mail', '{job}: dry run: wrote the letter to {address} ({group})'],
    rejected: ['mail', '{job}: {address} refused for good: {n1} {text}'],
    deferred: ['mail', '{job}: {address} put off: {n1} {text}'],
    in_doubt: ['mail', '{job}: letter {seq} to {address} is in doubt: {text}'],
    held: ['mail', '{job}: letter {seq} to {address} is held: {text}'],
    suppressed: ['mail', '{job}: {address} is on the suppression list ({text})'],
    cancelled: ['mail', '{job}: letter {seq} to {address} is dropped: {text}'],
    slot_queued: ['report', '{text}: its slot is taken and waits for a lane'],
    slot_caught_up: ['report', '{text}: {n1} occurrences missed, 1 run'],
    slot_skipped: ['report', '{text}'],
    schedule_overdue: ['report', '{text}: it was overdue by more than a day'],
    schedule_woke: ['report', '{text}: its pause is over'],
    schedule_retimed: ['report', '{text}'],
    schedule_error: ['report', '{text}'],
    schedule_ended: ['report', '{text}: there is no further run'],
    run_started: ['report', '{text}: begins its report, attempt {n1}'],
    run_success: ['report', '{text}: report of {n1} items from {n2} sources'],
    run_failed: ['report', '{text}'],
    run_retry: ['report', '{text}'],
    history_dropped: ['engine', '{n1} events and {n2} runs with their reports are no longer kept'],
    delivered: ['report', '{text}'],
    delivery_retry: ['report', '{text}; it is tried again'],
    delivery_failed: ['report', '{text}; given up after {n1} attempts'],
    delivery_held: ['report', '{text}'],
    delivery_asked: ['report', '{text}: it is brought once more, asked for by {actor}'],
};

/* Fields that hold the outside's words: addresses in them are masked. */
const FOREIGN = new Set(['address', 'text']);
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const NO_CHARACTERS = /\p{Noncharacter_Code_Point}/gu;
/* As in src/base/utf8.c. */
const INVISIBLE = new RegExp('[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f' +
    '\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0' +
    '\\ufff9-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]', 'gu');
/* What may stand in an address or beside it without a blank. */
const ADDRESS_LIKE = /[0-9a-zA-Z!#$%&'*+\-/=?^_`{|}~.@\u0080-\u{10ffff}]+/gu;

/* Foreign text that can do nothing to the screen which shows it. */
export function screen(text) {
    return text.replace(CONTROLS, '.').replace(NO_CHARACTERS, '?').replace(INVISIBLE, '');
}

/* someone@firm.example becomes s***@firm.example. */
export function mask(text) {
    return text.replace(ADDRESS_LIKE, (word) => {
        const at = word.lastIndexOf('@');
        return word.indexOf('@') < 1 ? word : String.fromCodePoint(word.codePointAt(0)) + '***' +
            word.slice(at);
    });
}

export function sentence(event, masks) {
    const kind = KINDS[event.kind];
    if (!kind)
        return 'an event of a newer version';
    return kind[1].replace(/\{(\w+)\}/g, (_, name) => {
        const value = String(event[name] ?? '');
        return screen(masks && FOREIGN.has(name) ? mask(value) : value);
    });
}
