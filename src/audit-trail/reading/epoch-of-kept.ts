/** Says which epoch goes with the size of a checkpoint that somebody kept. */
export const EPOCH_OF_KEPT =
  'A checkpoint has its size in the second line, and at the end of the first the number to give as `epoch` (1 if there is ' +
  'none)';
