// Serves dist/ as the daemon does (the same content security policy, the same contract), over made-up runs:
// node dev/server.mjs [PORT] [MILLISECONDS PER STEP]. Without dependencies.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { acts, Refused } from './mock/acts.mjs';
import { output } from './mock/code.mjs';
import { Live } from './mock/live.mjs';
import { world } from './mock/world.mjs';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.txt': 'text/plain; charset=utf-8' };
const TOKEN = 'mock-token';

/** Begins to serve; `empty`: there are no runs yet. `close` ends it and all its connections. */
export async function serve({ port = 0, pace = 4_000, empty = false, notices = [] } = {}) {
  const live = new Live(empty ? [] : world(), pace);
  live.notices = notices;
  const server = createServer((request, response) => {
    answer(live, request, response).catch((error) => {
      const { status = 500, kind = 'system', message, hint = '' } = error;
      if (!response.headersSent) json(response, status, { error: { kind, message, hint } });
      else response.end();
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  live.start();
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url, token: TOKEN, live,
    /** Nobody gets an answer any more, but the runs go on. */
    vanish: () => new Promise((resolve) => {
      port = server.address().port;
      server.close(resolve);
      server.closeAllConnections();
    }),
    appear: () => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve)),
    close: () => new Promise((resolve) => {
      for (const run of live.runs) run.summary.status = 'closed';
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

async function answer(live, request, response) {
  const url = new URL(request.url, 'http://127.0.0.1');
  const signedIn = (request.headers.cookie ?? '').includes(`weco=${TOKEN}`);
  if (url.searchParams.get('token') === TOKEN) {
    response.writeHead(303, { 'Set-Cookie': `weco=${TOKEN}; HttpOnly; SameSite=Strict; Path=/`, Location: url.pathname });
    return response.end();
  }
  if (url.pathname.startsWith('/api/')) {
    if (!signedIn) throw new Refused(401, 'forbidden', 'There is no token.', 'Open what `weco dashboard --url` prints.');
    return api(live, request, response, url);
  }
  const path = url.pathname.startsWith('/assets/') ? normalize(url.pathname) : '/index.html';
  const body = await readFile(join(dist, path)).catch(() => {
    throw new Refused(404, 'not_found', 'There is no such file.');
  });
  response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream', 'Content-Security-Policy': CSP, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': path === '/index.html' ? 'no-cache' : 'public, max-age=31536000, immutable' });
  response.end(body);
}

async function api(live, request, response, url) {
  const parts = url.pathname.slice('/api/v1/'.length).split('/').map(decodeURIComponent);
  const [what, id, verb, at, more] = parts;
  if (what === 'me') return json(response, 200, { version: '1.0.0', pid: process.pid, uptime_seconds: 1, state_dir: '/state', notices: live.notices });
  if (what === 'events') return news(live, request, response, url.searchParams.get('runs') ?? '');
  if (what === 'runs' && !id) return json(response, 200, { runs: live.runs.map((run) => run.listed()).sort((a, b) => b.created_at_ms - a.created_at_ms) });
  const run = live.runs.find((one) => one.summary.run_id.startsWith(id) || one.summary.name === id);
  if (what !== 'runs' || !run) throw new Refused(404, 'not_found', `There is no run ${id}.`, 'See all with: weco runs');
  if (request.method === 'POST') return json(response, 200, await act(live, request, run, verb === 'nodes' ? more : verb, verb === 'nodes' ? nodeOf(run, at) : undefined));
  if (!verb) return json(response, 200, run.listed());
  if (verb === 'tree') return json(response, 200, tree(live, run));
  const node = nodeOf(run, at);
  if (more === 'output') return stream(run, node, request, response);
  if (more === 'patch') {
    response.writeHead(200, { 'Content-Type': 'text/x-diff' });
    return response.end(`--- a/${run.summary.sources[0]}\n+++ b/${run.summary.sources[0]}\n`);
  }
  json(response, 200, run.detail(node.step, { code: url.searchParams.get('code') === 'true', output: url.searchParams.get('output') === 'true' }));
}

function nodeOf(run, at) {
  const node = at === 'best' || at === 'run-best' ? run.nodes[run.summary.best_step] : (run.nodes[Number(at)] ?? run.nodes.find((one) => one.node_id.startsWith(at)));
  if (!node) throw new Refused(404, 'not_found', `There is no step ${at} in ${run.summary.name}.`);
  return node;
}

function tree(live, run) {
  const members = live.runs.filter((one) => one.summary.lineage_id === run.summary.lineage_id).sort((a, b) => a.summary.created_at_ms - b.summary.created_at_ms);
  const cut = (node) => ({ ...node, plan: node.plan.slice(0, 200) });
  return { members: members.map((one) => one.told()), nodes: members.flatMap((one) => one.nodes.map(cut)) };
}

async function act(live, request, run, verb, node) {
  if (request.headers['x-weco'] !== '1') throw new Refused(403, 'forbidden', 'Not from this page.');
  const act = acts[verb];
  if (!act) throw new Refused(404, 'not_found', 'There is no such action.');
  let body = '';
  for await (const chunk of request) body += chunk;
  return act(live, run, JSON.parse(body || '{}'), node);
}

function open(request, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(': open\n\n');
  const beat = setInterval(() => response.write(': beat\n\n'), 15_000);
  request.on('close', () => clearInterval(beat));
}

function news(live, request, response, runs) {
  open(request, response);
  const send = (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  live.listWatchers.add(send);
  request.on('close', () => live.listWatchers.delete(send));
  for (const [id, from] of runs.split(',').filter(Boolean).map((one) => one.split(':'))) {
    const run = live.runs.find((one) => one.summary.run_id === id);
    if (run) follow(run, Number(from), send, request);
    else send('gone', { run_id: id });
  }
}

function follow(run, from, send, request) {
  const id = run.summary.run_id;
  const tell = (update) => (update === undefined ? send('end', { run: id }) : send('update', { run: id, ...update }));
  for (const update of run.updates) if (update.seq >= from) tell(update);
  if (!['running', 'stopping'].includes(run.summary.status)) return tell(undefined);
  run.watchers.add(tell);
  request.on('close', () => run.watchers.delete(tell));
}

function stream(run, node, request, response) {
  open(request, response);
  const lines = output(node.step).split('\n');
  let at = 0;
  const timer = setInterval(() => {
    if (at < lines.length && (node.status === 'evaluating' || run.rechecked === node.step)) return response.write(`data: ${JSON.stringify({ step: node.step, text: `${lines[at++]}\n` })}\n\n`);
    clearInterval(timer);
    response.end('event: end\ndata: {}\n\n');
  }, 60);
  request.on('close', () => clearInterval(timer));
}

function json(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port = '7777', pace = '4000'] = process.argv.slice(2);
  const { url, token } = await serve({ port: Number(port), pace: Number(pace) });
  console.log(`${url}/?token=${token}`);
}
