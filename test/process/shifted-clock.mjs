// Shifts the wall clock of a process by CLOCK_SHIFT_MS, as on a machine whose clock is wrong. Timers and
// performance.now() do not change.
const shift = Number(process.env.CLOCK_SHIFT_MS);
const RealDate = globalThis.Date;

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift);
    else super(...given);
  }

  static now() {
    return RealDate.now() + shift;
  }
};
