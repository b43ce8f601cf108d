let made = 0;

/** The path with `{new}` in it made into one that was never used before. */
export function newPath(path: string): string {
  if (!path.includes('{new}')) return path;
  made += 1;
  return path.replace('{new}', `${process.pid}-${made}`);
}
