/** What is wrong with the sources, all of it at once, in sentences for whoever wrote them. */
export class BuildError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'BuildError';
  }
}

export function failOn(faults: readonly string[]): void {
  if (faults.length > 0) throw new BuildError(faults);
}
