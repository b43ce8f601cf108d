/** Throws outside of any request on SIGUSR2, and rejects a promise that nobody handles on SIGHUP. Loaded by `--import`. */
process.on('SIGUSR2', () =>
  setTimeout(() => {
    throw new Error('thrown outside of any request');
  }),
);
process.on('SIGHUP', () => setTimeout(() => void Promise.reject('the-value-of-a-secret')));
