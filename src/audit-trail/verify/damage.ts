/** Says which line of a file is not what it was, or does not fit the others. */
export class Damage extends Error {
  override readonly name = 'Damage';

  constructor(
    /** The number of the line, from 1. */
    readonly line: number,
    /** Says what is wrong with it, such as "is missing". */
    readonly problem: string,
  ) {
    super(`Line ${line} ${problem}`);
  }
}
