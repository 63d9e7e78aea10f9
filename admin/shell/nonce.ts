import { setNonce } from 'get-nonce';

/** What the server lets pass as a style of ours; browsers hide it from CSS, not from scripts. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
// Of the library that keeps a page from scrolling below a dialog.
setNonce(nonce);

export const styleNonce = (): string => nonce;
