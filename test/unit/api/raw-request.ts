import { connect } from 'node:net';

/** Writes bytes to the socket and returns the reply until the connection ends, or until `hangUpAfter`. */
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
