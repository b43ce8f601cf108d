import { readOlderCheckpoint } from '../../audit-trail/verify/older-checkpoints.js';
import { printable } from '../../common/printable.js';
import { LogKeys, LogKeysError } from '../../transparency/log-keys.js';
import type { TreeHead } from '../../transparency/note/checkpoint.js';
import { CommandError } from '../command-error.js';
import { readGiven } from './given-file.js';

/** Returns the verifier keys of a file. @throws CommandError for any other file */
export function readKeys(path: string): LogKeys {
  try {
    return LogKeys.parse(readGiven(path));
  } catch (error) {
    if (!(error instanceof LogKeysError)) throw error;
    throw new CommandError(`${printable(path, 256)} is no file of verifier keys: ${error.message}`, 'usage');
  }
}

/** Returns a checkpoint that somebody kept. @throws CommandError for one that the keys do not prove */
export function readCheckpoint(path: string, keys: LogKeys): TreeHead {
  const read = readOlderCheckpoint(readGiven(path), keys);
  if (typeof read !== 'string') return read;
  throw new CommandError(`The older checkpoint ${printable(path, 256)} cannot be used: ${read}`, 'usage');
}
