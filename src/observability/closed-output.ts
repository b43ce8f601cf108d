/**
 * Makes the process outlive the readers of its output: `npm start | head` and a terminal that is closed leave pipes
 * that refuse every write, which would otherwise count as an error that nothing caught.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
