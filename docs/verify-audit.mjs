// Verifies an export of Strongroom's audit trail by public keys alone, as docs/audit-format.md describes. It is one file
// without dependencies, shares no code with Strongroom, and runs in Node.js 20.19 or newer and in browsers, offline:
//
//   node verify-audit.mjs EXPORT KEYS [CHECKPOINT ...]
//
// It exits with 0 if every event is proved, 1 if not, and 2 if it was called wrongly. verify-audit.html has the same text.

class Failure extends Error {
  constructor(line, problem) {
    super(problem);
    this.line = line;
  }
}

// SHA-256 (FIPS 180-4). Web Crypto has it too, but waits for each hash, and a tree has two for each event.

const PRIMES = [];
for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every((prime) => n % prime !== 0)) PRIMES.push(n);
const fraction = (x) => ((x % 1) * 2 ** 32) | 0;
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const ROUNDS = PRIMES.map((prime) => fraction(Math.cbrt(prime)));
const rotate = (x, bits) => (x >>> bits) | (x << (32 - bits));
const words = new Int32Array(64);

function sha256(...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padded = new Uint8Array((((length + 8) >> 6) + 1) << 6);
  let at = 0;
  for (const part of parts) padded.set(part, (at += part.length) - part.length);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(length / 2 ** 29));
  view.setUint32(padded.length - 4, length << 3);
  const state = Int32Array.from(START);
  for (let block = 0; block < padded.length; block += 64) {
    for (let i = 0; i < 64; i++) {
      const [w15, w2] = i < 16 ? [0, 0] : [words[i - 15], words[i - 2]];
      const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3);
      const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10);
      words[i] = i < 16 ? view.getInt32(block + 4 * i) : words[i - 16] + s0 + words[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) | 0;
      [h, g, f, e] = [g, f, e, (d + t) | 0];
      [d, c, b, a] = [c, b, a, (t + s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] += word));
  }
  const hash = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => hash.setInt32(4 * i, word));
  return new Uint8Array(hash.buffer);
}

// Trees (RFC 6962). `peaks` are the roots of the perfect subtrees of the leaves so far, the largest first.

const leafOf = (bytes) => sha256([0], bytes);
const nodeOf = (left, right) => sha256([1], left, right);
const rootOf = (peaks) =>
  peaks.length === 0 ? sha256() : peaks.reduceRight((right, left) => nodeOf(left, right));

function grow(log, leaf) {
  log.peaks.push(leaf);
  for (let size = log.size; size % 2 === 1; size = (size - 1) / 2)
    log.peaks.push(nodeOf(...log.peaks.splice(-2)));
  log.size += 1;
}

// Texts.

const encode = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const isSize = (text) => /^(0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text));

function unbase64(text) {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return base64(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}

// Keys and checkpoints (C2SP signed-note and tlog-checkpoint).

async function readKeys(text) {
  const keys = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, origin = '', id, encoded = '', from = ''] =
      /^([^+\s]+)\+([0-9a-f]{8})\+(\S+) (\d+)$/.exec(line.trim()) ?? [];
    const bytes = unbase64(encoded);
    const isKey =
      bytes?.length === 33 && bytes[0] === 1 && hex(sha256(encode(`${origin}\n`), bytes)).startsWith(id);
    if (!isKey || !isSize(from))
      throw new Error(`line ${index + 1} of the keys is no verifier key with its size`);
    const key = await crypto.subtle.importKey('raw', bytes.slice(1), 'Ed25519', false, ['verify']);
    keys.push({ origin, id, key, from: Number(from), text: line.trim().split(' ')[0] });
  }
  return keys.sort((one, other) => other.from - one.from);
}

/** Returns the head that a checkpoint states, or a text that says why it cannot be trusted. */
async function signedHead(note, keys) {
  const split = note.lastIndexOf('\n\n');
  const [origin, size, root, end, ...more] = note.slice(0, split + 1).split('\n');
  const hash = unbase64(root ?? '');
  if (split < 0 || end !== '' || more.length > 0 || !isSize(size) || hash?.length !== 32)
    return 'is malformed';
  const signing = keys.find((key) => key.origin === origin && key.from <= Number(size));
  if (signing === undefined) return `is of ${size} events, which none of the keys signs for its log`;
  const signatures = note.slice(split + 2).split('\n');
  if (signatures.pop() !== '') return 'is malformed';
  let isSigned = false;
  for (const line of signatures) {
    const [, name, encoded = ''] = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
    const bytes = unbase64(encoded);
    if (name === undefined || bytes === undefined || bytes.length < 5) return 'is malformed';
    if (name !== origin || hex(bytes.slice(0, 4)) !== signing.id) continue;
    isSigned = await crypto.subtle.verify(
      'Ed25519',
      signing.key,
      bytes.slice(4),
      encode(note.slice(0, split + 1)),
    );
    if (!isSigned) break;
  }
  return isSigned
    ? { origin, size: Number(size), root: hash, key: signing.text }
    : 'is not signed by the key of its log';
}

// The file.

const FORMS = ['export', 'log', 'log,checkpoint,frontier', 'checksums', 'checksums,checkpoint', 'end'];
const OTHER_TYPES = {
  '@line': Number.isSafeInteger,
  frontier: Array.isArray,
  end: (value) => value instanceof Object,
};
const ORIGIN = /^strongroom\/[0-9a-f-]{36}\/[0-9a-f-]{36}(?:\/([2-9]|[1-9]\d+))?$/;

async function* linesOf(chunks) {
  let rest = new Uint8Array();
  for await (const chunk of chunks) {
    let bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      yield bytes.subarray(0, end);
      bytes = bytes.subarray(end + 1);
    }
    rest = bytes;
    if (rest.length > 2 ** 20) break;
  }
  if (rest.length > 0) yield { cut: true };
}

const begins = (bytes, text) => encode(text).every((byte, index) => bytes[index] === byte);

/** Returns 'event', or the members of a control line; undefined for any other line. */
function readLine(bytes) {
  if (begins(bytes, '{"id"')) return 'event';
  if (!begins(bytes, '{"@line":')) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const members = JSON.parse(text);
    const [first, ...names] = Object.keys(members);
    const isOne = first === '@line' && FORMS.includes(names.join()) && JSON.stringify(members) === text;
    const isText = (value) => typeof value === 'string';
    const isTyped = Object.entries(members).every(([name, value]) => (OTHER_TYPES[name] ?? isText)(value));
    return isOne && isTyped ? { ...members, line: members['@line'] } : undefined;
  } catch {
    return undefined;
  }
}

class Verifier {
  constructor(keys, older) {
    Object.assign(this, {
      keys,
      older,
      line: 0,
      events: 0,
      logs: [],
      window: [],
      windowStart: 1,
      hasEnded: false,
    });
  }

  fail(problem, line = this.line) {
    throw new Failure(line, problem);
  }

  async accept(bytes) {
    this.line += 1;
    if (bytes.cut) this.fail('is cut off');
    if (this.hasEnded) this.fail('comes after the end');
    const read = readLine(bytes);
    if (read === undefined) this.fail('is neither an event nor a line of the format');
    if ((this.line === 1) !== (read.export !== undefined)) this.fail('is at the wrong place');
    if (read === 'event') return this.event(bytes);
    this.compare(read);
    if (read.export !== undefined)
      return read.export === 'strongroom-audit/1' || this.fail('names another format');
    if (read.log !== undefined) return this.begin(read);
    return read.checksums === undefined ? this.end(read.end) : this.checkpoint(read.checkpoint);
  }

  event(bytes) {
    if (this.log === undefined) this.fail('is an event outside of a log');
    if (this.window.length === 512) this.fail('is missing: it had checksums', this.windowStart + 256);
    const leaf = leafOf(bytes);
    grow(this.log, leaf);
    this.events += 1;
    this.window.push(hex(leaf.subarray(0, 4)));
    this.log.first ??= { line: this.line, bytes: bytes.slice() };
    this.log.last = bytes.slice();
    this.compareOlder();
  }

  startsOtherLog({ line, checkpoint = '' }) {
    return (
      line > this.line &&
      this.log !== undefined &&
      checkpoint !== '' &&
      !checkpoint.startsWith(`${this.log.origin}\n`)
    );
  }

  /** Finds lines that are missing, too many, or do not fit their checksums. */
  compare(read) {
    const { line, checksums = '' } = read;
    const sums = hex(unbase64(checksums) ?? this.fail('has malformed checksums')).match(/.{1,8}/g) ?? [];
    const { window, windowStart: start } = this;
    if (sums.length > 256 || sums.at(-1)?.length < 8) this.fail('has malformed checksums');
    if (this.startsOtherLog(read)) this.fail('is missing: it began a log', start);
    const found = window.findIndex((sum, index) => index < sums.length && sum !== sums[index]);
    const isTail = window.slice(window.length - sums.length).join() === sums.join();
    const [extra, different] = [window.length - sums.length, found < 0 ? undefined : found];
    if (line > this.line && extra < 0) this.fail('is missing', start + (different ?? window.length));
    if (line > this.line && extra > 0 && isTail) this.fail('is missing', start + extra);
    if (line < this.line && extra > 0) this.fail('is one too many', start + (different ?? sums.length));
    if (line !== this.line) this.fail(`calls itself line ${line}`);
    if (extra !== 0) this.fail('has another number of checksums than there are events');
    if (different !== undefined) this.suspect ??= { event: start + different, sums: this.line };
    Object.assign(this, { window: [], windowStart: this.line + 1 });
  }

  async begin({ log: origin, checkpoint, frontier }) {
    this.close();
    if (!ORIGIN.test(origin) || !this.keys.some((key) => key.origin === origin))
      this.fail('begins an unknown log');
    const log = {
      origin,
      epoch: Number(ORIGIN.exec(origin)[1] ?? 1),
      before: 0,
      size: 0,
      peaks: [],
      older: [],
    };
    if (checkpoint !== undefined) {
      const head = await this.head(origin, checkpoint);
      const peaks = frontier.map((text) => unbase64(text));
      const bits = [...head.size.toString(2)].filter((bit) => bit === '1').length;
      const isFrontier = peaks.length === bits && peaks.every((peak) => peak?.length === 32);
      if (!isFrontier || hex(rootOf(peaks)) !== hex(head.root))
        this.fail('has another frontier than its checkpoint');
      Object.assign(log, { before: head.size, size: head.size, peaks });
    }
    const previous = this.logs.at(-1);
    const key = ({ origin: text, epoch }) => `${text.slice(0, 84)}/${String(epoch).padStart(9, '0')}`;
    if (previous !== undefined && key(previous) >= key(log)) this.fail('begins a log at the wrong place');
    log.older = this.older.filter((head) => head.origin === origin);
    if (log.older.some((head) => head.size < log.before)) this.fail('begins after the older checkpoint');
    this.log = log;
    this.compareOlder();
    if (log.isChanged) this.fail('differs from the older checkpoint');
  }

  compareOlder() {
    for (const head of this.log.older)
      if (head.size === this.log.size && hex(rootOf(this.log.peaks)) !== hex(head.root))
        this.log.isChanged = true;
  }

  async head(origin, note) {
    const head = await signedHead(note, this.keys);
    if (typeof head === 'string') this.fail(`has a checkpoint that ${head}`);
    return head.origin === origin ? head : this.fail('has a checkpoint of another log');
  }

  async checkpoint(note) {
    const { log, suspect } = this;
    if (log === undefined) this.fail('is outside of a log');
    if (note === undefined) return;
    const head = await this.head(log.origin, note);
    if (head.size !== log.size) this.fail(`has a checkpoint of ${head.size} events, after ${log.size}`);
    if (log.proved?.size === log.size) this.fail('repeats a checkpoint');
    if (hex(rootOf(log.peaks)) !== hex(head.root))
      this.fail('is not what was recorded, or does not fit the events above it', suspect?.event);
    if (suspect !== undefined) this.fail('has checksums of other events', suspect.sums);
    if (log.proved === undefined && log.epoch > 1 && log.before === 0) this.beginEpoch(log);
    if (log.isChanged) this.fail('proves other events than an older checkpoint');
    log.proved = { size: log.size, root: base64(head.root), key: head.key, time: this.timeOf(log.last) };
  }

  /** Compares what the first event of an epoch says of the one before with that one, if the file has it. */
  beginEpoch(log) {
    const { action, detail } = log.first === undefined ? {} : this.json(log.first.bytes);
    const { previous_origin: previous, previous_size: size, previous_root: root } = detail ?? {};
    const epochOf = (origin) => Number(ORIGIN.exec(origin)?.[1] ?? 1);
    const isOfLog = (origin) => ORIGIN.test(origin) && origin.slice(0, 84) === log.origin.slice(0, 84);
    if (action !== 'audit.new_epoch' || !isOfLog(previous) || epochOf(previous) >= log.epoch)
      this.fail('must be the event that says where the epoch before ended', log.first?.line);
    if (!isSize(size) || unbase64(String(root))?.length !== 32) this.fail('is malformed', log.first.line);
    const before = this.logs.at(-1);
    if (before?.origin === previous && (String(before.proved.size) !== size || before.proved.root !== root))
      this.fail('names another end of the epoch before', log.first.line);
    if (before !== undefined && isOfLog(before.origin) && before.epoch > epochOf(previous))
      this.fail('names another epoch before', log.first.line);
    log.previous = { origin: previous, size, root };
  }

  json(bytes) {
    try {
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      return {};
    }
  }

  timeOf(bytes) {
    const { time } = bytes === undefined ? {} : this.json(bytes);
    return /^\d{4}(-\d\d){2}T\d\d(:\d\d){2}\.\d{3}Z$/.test(time) ? time : null;
  }

  close() {
    if (this.log === undefined) return;
    if (this.log.proved?.size !== this.log.size) this.fail('comes after events that no checkpoint covers');
    if (this.log.older.some((head) => head.size > this.log.size))
      this.fail('comes too early for an older checkpoint');
    this.logs.push(this.log);
    this.log = undefined;
  }

  end(counts) {
    this.close();
    const own = { logs: this.logs.length, events: this.events };
    if (own.logs === 0 || JSON.stringify(counts) !== JSON.stringify(own))
      this.fail('ends the file with other numbers of logs and events');
    this.hasEnded = true;
  }

  finish() {
    this.line += 1;
    if (!this.hasEnded) this.fail('is missing: the file is cut off');
    if (this.older.some(({ origin }) => this.logs.every((log) => log.origin !== origin)))
      this.fail('comes without the log of an older checkpoint', this.line - 1);
  }

  report() {
    const logs = [...this.logs, ...(this.log?.proved === undefined ? [] : [this.log])];
    return logs.map(({ origin, before, proved, previous }) => ({ origin, before, ...proved, previous }));
  }
}

/**
 * Verifies an export, given as an asynchronous iterable of Uint8Array. Returns what is proved of each log, and where it
 * is damaged the line and the problem. Throws an Error where a key or an older checkpoint cannot be used.
 */
export async function verify(chunks, keyText, checkpoints = []) {
  const keys = await readKeys(keyText);
  const older = await Promise.all(checkpoints.map((note) => signedHead(note, keys)));
  const useless = older.find((head) => typeof head === 'string');
  if (useless !== undefined) throw new Error(`the older checkpoint ${useless}`);
  const verifier = new Verifier(keys, older);
  try {
    for await (const line of linesOf(chunks)) await verifier.accept(line);
    verifier.finish();
    return { logs: verifier.report() };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { logs: verifier.report(), line: error.line, problem: error.message };
  }
}

function sentences({ logs, line, problem }) {
  const events = logs.reduce((sum, { before, size }) => sum + size - before, 0);
  const upTo =
    logs
      .map(({ time }) => time ?? '')
      .sort()
      .at(-1) || 'an unknown time';
  const counted = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const beginning = (previous) => {
    if (previous === undefined) return '';
    const isHere = logs.some(({ origin }) => origin === previous.origin);
    return `; begun after event ${previous.size} of ${previous.origin}${isHere ? '' : ', of which nothing is in this file'}`;
  };
  const proved = `${counted(events, 'event')} in ${counted(logs.length, 'log')}, up to ${upTo}`;
  return [
    line === undefined
      ? `Proved: ${proved}, are complete, unchanged, and in the order in which they were sealed.`
      : `NOT PROVED: line ${line} ${problem}.${events > 0 ? ` Only this is proved: ${proved}.` : ''}`,
    ...logs.map(
      ({ origin, before, size, root, key, previous }) =>
        `- ${origin}: events ${before + 1} to ${size}; root ${root}, signed by ${key}${beginning(previous)}`,
    ),
  ].join('\n');
}

async function runCommand(process) {
  const { createReadStream, readFileSync } = await import('node:fs');
  const [file, ...others] = process.argv.slice(2);
  const [keys, ...checkpoints] = others.map((path) => readFileSync(path, 'utf8'));
  if (keys === undefined) throw new Error('name an export and a file of keys');
  const result = await verify(createReadStream(file), keys, checkpoints);
  console.log(sentences(result));
  process.exitCode = result.line === undefined ? 0 : 1;
}

/** Reads a stream of a browser, of which not all can be iterated over. */
async function* chunksOf(stream) {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

function runPage(document) {
  const text = (name) => Promise.all(Array.from(document.getElementById(name).files, (file) => file.text()));
  document.querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const output = document.querySelector('output');
    output.textContent = 'Verifying …';
    try {
      const [keys, checkpoints] = [await text('keys'), await text('checkpoints')];
      const chunks = chunksOf(document.getElementById('export').files[0].stream());
      output.textContent = sentences(await verify(chunks, keys.join('\n'), checkpoints));
    } catch (error) {
      output.textContent = `Cannot verify: ${error.message}`;
    }
  });
}

if (globalThis.document !== undefined) runPage(globalThis.document);
else if (globalThis.process?.argv[1]?.endsWith('verify-audit.mjs'))
  await runCommand(globalThis.process).catch((error) => {
    console.error(
      `Cannot verify: ${error.message}. Usage: node verify-audit.mjs EXPORT KEYS [CHECKPOINT ...]`,
    );
    globalThis.process.exitCode = 2;
  });
