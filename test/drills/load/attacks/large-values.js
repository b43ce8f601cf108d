import { setTimeout as sleep } from 'node:timers/promises';
import { headText } from '../requests.js';
import { Wire } from '../wire.js';

const VALUE_BYTES = 16 * 1024 * 1024;
const RETRY_MS = 1_000;

/** Writes the largest values on half of the connections, and reads them on the others. */
export async function largeValues(attack) {
  const path = (connection) => `/api/v3.1/secrets/large.${connection >> 1}`;
  // Two values in turn, since writing the same one again changes nothing.
  const bodies = ['a', 'b'].map((letter) => ({ value: letter.repeat(VALUE_BYTES), update_if_exists: true }));
  const texts = bodies.map((body) => Buffer.from(JSON.stringify(body)));
  const put = (connection, number) => {
    const text = texts[number % texts.length];
    return [headText('PUT', path(connection), attack.caller, text.length), text];
  };
  const wire = new Wire(attack.url);
  for (let connection = 0; connection < attack.connections; connection += 2) {
    while ((await wire.ask(put(connection, 0))) !== 200) await sleep(RETRY_MS);
  }
  wire.close();
  let number = 0;
  attack.repeat((connection) =>
    connection % 2 === 0 ? put(connection, (number += 1)) : attack.request('GET', path(connection)),
  );
}
