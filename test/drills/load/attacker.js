/** Is tenant A: runs one attack in a process of its own until it is told to stop, and then tells how it was answered. */
import { once } from 'node:events';
import { Attack } from './attack.js';
import { ATTACKS } from './attacks.js';

const [{ name, ...job }] = await once(process, 'message');
const attack = new Attack(job);
await ATTACKS[name](attack);
const stopped = once(process, 'message');
process.send('ready');
await stopped;
await attack.stop();
process.send(attack.answers, () => process.exit());
