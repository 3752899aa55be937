/* lab_worker.mjs - runs conf/deploy/cloudflare in the runtime of Cloudflare (workerd), on loopback.
 *
 * usage: node lab_worker.mjs NPM-DIRECTORY BINDINGS
 * BINDINGS: {"hyperdrive": URL or null, "limit": N, "vars": {NAME: TEXT}}
 * Prints the port, then what the Worker logs; ends when its standard input does. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [directory, given] = process.argv.slice(2);
const need = createRequire(directory + '/');
const { Miniflare } = need('miniflare');
const source = new URL('../../conf/deploy/cloudflare/', import.meta.url).pathname;
const config = readFileSync(source + 'wrangler.toml', 'utf8');
const bindings = JSON.parse(given);

/* As `wrangler deploy` bundles it: Node's modules are the runtime's. */
const BUILTIN = ['events', 'util', 'crypto', 'net', 'tls', 'dns', 'stream', 'path',
    'string_decoder'];
const banner = BUILTIN.map((n) => `import * as ${n}_ from 'node:${n}';`).join('\n') +
    `\nconst require = (n) => ({ ${BUILTIN.map((n) => `${n}: ${n}_.default ?? ${n}_`)} })[n];`;
const bundle = await need('esbuild').build({ entryPoints: [source + 'worker.js'], bundle: true,
    write: false, format: 'esm', target: 'es2022', conditions: ['workerd', 'worker'],
    external: ['node:*', 'cloudflare:*', 'fs', ...BUILTIN], banner: { js: banner },
    nodePaths: [directory + '/node_modules'], logLevel: 'error' });
const worker = new Miniflare({ modules: true, script: bundle.outputFiles[0].text, port: 0,
    compatibilityDate: /^compatibility_date = "(.*)"/m.exec(config)[1],
    compatibilityFlags: JSON.parse(/^compatibility_flags = (.*)$/m.exec(config)[1]),
    bindings: bindings.vars,
    hyperdrives: bindings.hyperdrive ? { HYPERDRIVE: bindings.hyperdrive } : {},
    ratelimits: bindings.limit ? { LIMIT: { simple: { limit: bindings.limit, period: 60 } } } : {},
});
console.log((await worker.ready).port);
process.stdin.on('end', () => worker.dispose().then(() => process.exit(0)));
process.stdin.resume();
