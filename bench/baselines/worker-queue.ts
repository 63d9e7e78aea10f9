export const QUEUE = 'products';

/** What `GET /done` answers: how many jobs were done, and the time from the begin of the first to the end of the last. */
export interface Done {
  jobs: number;
  seconds: number;
}
