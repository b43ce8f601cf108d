const HEAD_END = '\r\n\r\n';
const CLOSES = /\r\nconnection: close/i;
const LENGTH = /\r\ncontent-length: (\d+)/i;

/** Finds the answers in what a connection receives, without keeping their bodies. */
export class AnswerReader {
  #kept = Buffer.alloc(0);
  #bodyLeft = 0;
  #answer;

  /** @param onAnswer is called with `{ status, closes }` when an answer has arrived completely */
  constructor(onAnswer) {
    this.onAnswer = onAnswer;
  }

  take(chunk) {
    let rest = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    for (;;) {
      if (this.#answer !== undefined) {
        const taken = Math.min(this.#bodyLeft, rest.length);
        this.#bodyLeft -= taken;
        rest = rest.subarray(taken);
        if (this.#bodyLeft > 0) break;
        const answer = this.#answer;
        this.#answer = undefined;
        this.onAnswer(answer);
      }
      const end = rest.indexOf(HEAD_END);
      if (end < 0) break;
      this.#begin(rest.latin1Slice(0, end));
      rest = rest.subarray(end + HEAD_END.length);
    }
    this.#kept = rest;
  }

  #begin(head) {
    const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3));
    if (status === 100) return;
    this.#bodyLeft = Number(LENGTH.exec(head)?.[1] ?? 0);
    this.#answer = { status, closes: CLOSES.test(head) };
  }
}
