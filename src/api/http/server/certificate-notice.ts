import type { ServedCertificate } from './served-certificate.js';

const DAY_MS = 86_400_000;

/** Sets when the end of a certificate is told for the first time, and from when on it is told every day. */
const FIRST_NOTICE_DAYS = 30;
const DAILY_NOTICE_DAYS = 7;

/** Describes a line about the validity of a certificate. */
export interface CertificateNotice {
  /** Tells a line from the one before: it changes when the line is due again. */
  readonly key: string;
  readonly level: 'warn' | 'error';
  readonly text: string;
}

/**
 * Returns the line about the validity of a certificate that is due: once from 30 days before its end on, and every day
 * from 7 days before it on, also afterwards; undefined if there is nothing to say.
 * @param now in Unix milliseconds
 */
export function certificateNotice(
  { validFrom, validTo }: Pick<ServedCertificate, 'validFrom' | 'validTo'>,
  now: number,
): CertificateNotice | undefined {
  if (now < validFrom)
    return {
      key: 'early',
      level: 'error',
      text: `is not valid before ${iso(validFrom)}: clients refuse it; look at the clock of this machine`,
    };
  const days = Math.floor((validTo - now) / DAY_MS);
  const renewal = 'put a new certificate and its key into the files; they are read again by themselves';
  if (now > validTo)
    return {
      key: `over ${days}`,
      level: 'error',
      text: `expired at ${iso(validTo)}: clients refuse it; ${renewal}`,
    };
  if (days >= FIRST_NOTICE_DAYS) return undefined;
  const isDaily = days < DAILY_NOTICE_DAYS;
  return {
    key: isDaily ? `day ${days}` : 'soon',
    level: isDaily ? 'error' : 'warn',
    text: `expires in ${inDays(days)}, at ${iso(validTo)}: ${renewal}`,
  };
}

/** Tells whether clients accept the certificate at that time, in Unix milliseconds. */
export function isValidAt(
  { validFrom, validTo }: Pick<ServedCertificate, 'validFrom' | 'validTo'>,
  now: number,
): boolean {
  return validFrom <= now && now <= validTo;
}

function inDays(days: number): string {
  if (days === 0) return 'less than a day';
  return days === 1 ? '1 day' : `${days} days`;
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
