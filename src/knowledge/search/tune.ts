export const T = (name: string, value: number): number =>
  (globalThis as unknown as { TUNE?: Record<string, number> }).TUNE?.[name] ?? value;
