/** Stops the start. The message is one line that tells the operator what to change; it holds no secret. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
