import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs a file beside this one in a process of its own, and talks to it by messages. */
export class Worker {
  constructor(file) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    // Numbers that are not finite survive this way of sending.
    this.process = fork(path, { env: {}, serialization: 'advanced' });
    this.ended = once(this.process, 'exit').then(([code]) => {
      throw new Error(`${file} ended with ${code}`);
    });
    this.ended.catch(() => undefined);
  }

  send(message) {
    this.process.send(message);
  }

  /** Sends a message and returns what comes back. */
  async ask(message) {
    const answer = once(this.process, 'message');
    this.send(message);
    const [content] = await Promise.race([answer, this.ended]);
    return content;
  }

  kill() {
    this.process.kill('SIGKILL');
  }
}
