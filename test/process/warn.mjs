/** Emits warnings as libraries do: as soon as the service listens for warnings, and at each SIGUSR2. */
const emit = (moment) => {
  process.emitWarning(`of a library ${moment}\nin two lines`, { type: 'SecurityWarning', code: 'LIB001' });
  process.emitWarning(`old and gone ${moment}`, { type: 'DeprecationWarning', code: 'DEP9999' });
};
const [ofNode] = process.listeners('warning');
const untilReplaced = () => {
  if (process.listeners('warning').includes(ofNode)) setImmediate(untilReplaced).unref();
  else emit('early');
};
untilReplaced();
process.on('SIGUSR2', () => emit('later'));
