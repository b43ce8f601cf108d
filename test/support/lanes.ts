import type { DataSource } from 'typeorm';
import { Lanes } from '../../src/database/lanes.js';

/** Returns the lanes of a pool of the default size. */
export function lanesOf(dataSource: DataSource): Lanes {
  return new Lanes(dataSource, 10);
}
