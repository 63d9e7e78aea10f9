/** Where the prepared database of this test run lies, as a tar archive; set by the global set-up. */
export const TEMPLATE_PATH = 'FIKO_TEST_TEMPLATE';
