/** Lists the exit codes of the command with their meanings, for the help and the documentation. */
export const EXIT_CODES = {
  done: { code: 0, meaning: 'Done.' },
  failed: {
    code: 1,
    meaning: 'Refused or failed, or `doctor` found a problem; one line on standard error says why.',
  },
  usage: {
    code: 2,
    meaning: 'Wrong usage, such as a missing argument, or a question that nobody could answer.',
  },
  notFound: { code: 3, meaning: 'What the command names does not exist.' },
  unavailable: {
    code: 4,
    meaning: 'The configuration, the root keys or the database do not let the installation be opened.',
  },
} as const;

export type Exit = keyof typeof EXIT_CODES;
