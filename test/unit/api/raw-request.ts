import { connect } from 'node:net';

/** Writes bytes to the socket and gives what comes back until it ends, or until the time to hang up. */
export function rawRequest(port: number, bytes: string, hangUpAfter?: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (/\r\n\r\n.*\}$/s.test(text)) socket.end();
    });
    socket.on('error', reject).on('close', () => resolve(text));
    socket.write(bytes);
    if (hangUpAfter !== undefined) setTimeout(() => socket.destroy(), hangUpAfter);
  });
}
