/** Returns the URL by which this machine reaches a server that listens on `host`, an address or a name. */
export function localUrl(host: string, port: number, hasTls: boolean): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `${hasTls ? 'https' : 'http'}://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
}
