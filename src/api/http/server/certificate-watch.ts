import type { SecureContextOptions } from 'node:tls';
import { machineTime } from '../../../common/clock.js';
import { StartupError } from '../../../common/startup-error.js';
import type { Logger } from '../../../observability/logger.js';
import { certificateNotice, isValidAt } from './certificate-notice.js';
import {
  readCertificate,
  readCertificateFiles,
  servedCertificate,
  TLS_RULES,
  type CertificateFiles,
  type ServedCertificate,
} from './served-certificate.js';

/** Represents a server whose certificate can be replaced while it runs, such as one of node:tls. */
export interface TlsEnd {
  setSecureContext(options: SecureContextOptions): void;
}

/** Sets how often the files are read. Their contents are compared: a file behind a replaced link has no event. */
const READ_MS = 10_000;

/**
 * Serves a certificate from files, and replaces it when the files change. Open connections keep the old one. A pair that
 * cannot be served is logged, and the old one stays; while files are being written, they may not belong together for a
 * moment, so that is logged only if the next reading finds the same.
 */
export class CertificateWatch {
  private readonly ends: TlsEnd[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** Holds what the last reading found, if it was not served: the contents of the files, or why they cannot be read. */
  private unserved: string | undefined;
  /** Tells that the log has said why it is not served. */
  private isTold = false;
  private lastNotice: string | undefined;

  private constructor(
    private readonly files: CertificateFiles,
    private current: ServedCertificate,
    private readonly logger: Logger,
    private readonly now: () => number,
  ) {}

  /**
   * Reads the files.
   * @throws StartupError with one line that names the variable, if they cannot be served
   */
  static async open(
    files: CertificateFiles,
    logger: Logger,
    now: () => number = machineTime,
  ): Promise<CertificateWatch> {
    const certificate = await readCertificate(files);
    const watch = new CertificateWatch(files, certificate, logger, now);
    logger.info(
      { certificate: certificate.description, validTo: watch.validTo },
      'TLS: serving the certificate',
    );
    watch.notice();
    return watch;
  }

  /** The time at which the certificate, or one of its authorities, expires. */
  get validTo(): string {
    return new Date(this.current.validTo).toISOString();
  }

  /** Returns the options of a server that begins with the present certificate. */
  get options(): SecureContextOptions {
    const { cert, key } = this.current;
    return { ...TLS_RULES, cert, key };
  }

  /** Gives a server each further certificate. */
  serve(end: TlsEnd): void {
    this.ends.push(end);
  }

  /** Reads the files again and again. The timer does not keep the process alive. */
  start(milliseconds = READ_MS): this {
    this.timer = setTimeout(() => {
      void this.check().finally(() => this.timer !== undefined && this.start(milliseconds));
    }, milliseconds).unref();
    return this;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Reads the files, serves what is new in them, and logs what is due. */
  async check(): Promise<void> {
    let found = '';
    try {
      const texts = await readCertificateFiles(this.files);
      found = texts.cert + texts.key;
      if (texts.cert !== this.current.cert || texts.key !== this.current.key)
        this.replace(servedCertificate(texts));
      this.unserved = undefined;
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      this.keep(found || error.message, error.message);
    }
    this.notice();
  }

  private replace(next: ServedCertificate): void {
    const now = this.now();
    if (isValidAt(this.current, now) && !isValidAt(next, now))
      throw new StartupError(
        `STRONGROOM_TLS_CERTIFICATE_FILE: the new certificate ${certificateNotice(next, now)?.text ?? ''}`,
      );
    this.current = next;
    for (const end of this.ends) end.setSecureContext(this.options);
    this.lastNotice = undefined;
    this.logger.info(
      { certificate: next.description, validTo: this.validTo },
      'TLS: serving the new certificate; open connections keep the old one',
    );
  }

  private keep(found: string, why: string): void {
    const isSame = this.unserved === found;
    if (!isSame) [this.unserved, this.isTold] = [found, false];
    else if (!this.isTold) {
      this.isTold = true;
      this.logger.error({ validTo: this.validTo }, `TLS: the old certificate stays: ${why}`);
    }
  }

  private notice(): void {
    const notice = certificateNotice(this.current, this.now());
    if (notice !== undefined && notice.key !== this.lastNotice)
      this.logger[notice.level](
        { certificate: this.current.description, validTo: this.validTo },
        `TLS: the certificate ${notice.text}`,
      );
    this.lastNotice = notice?.key;
  }
}
