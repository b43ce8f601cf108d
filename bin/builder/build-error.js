/** Says in words for the terminal why there is no build. */
export class BuildError extends Error {}
