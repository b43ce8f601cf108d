import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.js';
import { Tally } from './tally.js';

const PAUSE_MS = 10;
/** Keeps refusals, which come at once, from taking the whole processor. */
const PAUSE_AFTER_FAILURE_MS = 100;
const CALLS_OF_A_KEY = 12;
const SECRETS = '/api/v3/secrets';

/**
 * Is the load of a drill: callers that create, read, change and delete secrets, each its own, and know what must be read.
 * Checks at the end what may have happened to a secret whose answer was lost.
 */
export class Traffic {
  /** The secrets that were left, with the values that they may have. */
  secrets = [];
  /** The ids of the writes that were acknowledged, and of those that may have happened. */
  acknowledged = new Map();
  open = new Map();
  /** The ids of the reads that were answered with a value. */
  answered = [];
  /** The ids of refusals that are right only if a balancer sent the request twice, and the first time was a success. */
  repeated = [];
  #running = true;
  #callers;

  /** @param prefix begins the keys, so that several loads do not meet */
  constructor({ callers, prefix, limitMs, ...target }) {
    Object.assign(this, { prefix, limitMs });
    this.client = new Client({ ...target, connections: callers });
    this.tally = new Tally(this.limitMs);
    this.#callers = Promise.all(Array.from({ length: callers }, (_, number) => this.#call(number)));
  }

  /** Begins a new count, and returns the one before, which still counts the requests that began before now. */
  next() {
    const { tally } = this;
    this.tally = new Tally(this.limitMs);
    return tally;
  }

  async stop() {
    this.#running = false;
    await this.#callers;
    this.client.close();
  }

  /** Waits until so many requests of the present count have succeeded. */
  async succeeded(count) {
    while (this.tally.ok < count && this.#running) await sleep(PAUSE_MS);
  }

  async #call(number) {
    for (let index = 0; this.#running; index += 1) await this.#liveOf(`${this.prefix}.${number}.${index}`);
  }

  /** Creates a secret, uses it, and deletes every second one. A secret whose state is unknown is left as it is. */
  async #liveOf(key) {
    // `undefined` stands for no secret.
    const secret = { key, path: `${SECRETS}/${key}`, values: new Set([undefined]), wasRemoved: false };
    this.secrets.push(secret);
    let isKnown = await this.#write(secret, 'secret.create', 'PUT', 200);
    for (let call = 0; call < CALLS_OF_A_KEY && isKnown && this.#running; call += 1)
      isKnown =
        randomInt(3) === 0
          ? await this.#write(secret, 'secret.update', 'PATCH', 200)
          : await this.#read(secret);
    if (isKnown && randomInt(2) === 0) await this.#remove(secret);
  }

  async #write(secret, action, method, expected) {
    const value = `${secret.key}:${randomInt(1_000_000_000)}`;
    const { tally } = this;
    const answer = await this.client.ask(method, secret.path, { value });
    if (this.#note(answer, { action, expected, tally })) secret.values = new Set([value]);
    else if (mayHaveHappened(answer)) secret.values.add(value);
    await this.#pause(answer);
    return answer.status === expected;
  }

  async #remove(secret) {
    const { tally } = this;
    const answer = await this.client.ask('DELETE', secret.path);
    if (this.#note(answer, { action: 'secret.delete', expected: 200, tally })) secret.wasRemoved = true;
    else secret.values.add(undefined);
    await this.#pause(answer);
  }

  async #read(secret) {
    const { tally } = this;
    const answer = await this.client.ask('GET', secret.path);
    if (answer.status === 200) this.answered.push(answer.id);
    const isTrue = answer.status === 200 && secret.values.has(answer.body?.value);
    tally.add(answer, isTrue, `GET ${answer.status} ${answer.text?.slice(0, 200) ?? answer.code}`);
    await this.#pause(answer);
    return isTrue || answer.status !== 200;
  }

  /** Counts the answer to a write, and keeps its id. Returns whether it was acknowledged. */
  #note(answer, { action, expected, tally }) {
    const isOk = answer.status === expected;
    const isRepeated = answer.status === AFTER_SUCCESS[action];
    tally.add(
      answer,
      isOk || isRepeated,
      `${action} ${answer.status} ${answer.text?.slice(0, 200) ?? answer.code}`,
    );
    if (isRepeated) this.repeated.push(answer.id);
    (isOk ? this.acknowledged : this.open).set(answer.id, action);
    return isOk;
  }

  #pause({ status }) {
    return sleep(status >= 200 && status < 300 ? PAUSE_MS : PAUSE_AFTER_FAILURE_MS);
  }
}

/** Are the answers to a write that was made before. */
const AFTER_SUCCESS = { 'secret.create': 409, 'secret.delete': 404 };

/** Tells whether a write that was not acknowledged may have been made. */
function mayHaveHappened({ status }) {
  return status === 0 || status >= 500 || Object.values(AFTER_SUCCESS).includes(status);
}
