import type { LogKeys } from '../../transparency/log-keys.js';
import { isSignedBy, parseCheckpoint, type Checkpoint } from '../../transparency/note/checkpoint.js';
import { Damage } from './damage.js';

/** Returns the checkpoint of a line, which the key of its log signed. @throws Damage for any other text */
export function signedCheckpoint(line: number, origin: string, text: string, keys: LogKeys): Checkpoint {
  const checkpoint = parseCheckpoint(text);
  if (checkpoint === undefined) throw new Damage(line, 'has a text that is no checkpoint');
  if (checkpoint.origin !== origin) throw new Damage(line, `has a checkpoint of another log than ${origin}`);
  const key = keys.keyFor(origin, checkpoint.size);
  if (key === undefined)
    throw new Damage(line, `has a checkpoint of ${checkpoint.size} events, which none of the keys signs`);
  if (!isSignedBy(checkpoint, key))
    throw new Damage(line, `has a checkpoint that the key ${key.id.toString('hex')} of the log did not sign`);
  return checkpoint;
}
