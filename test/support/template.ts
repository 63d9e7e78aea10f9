/** Where the prepared database of this test run is: a tar archive, or the name of a database; set by the global set-up. */
export const TEMPLATE = 'FIKO_TEST_TEMPLATE';
