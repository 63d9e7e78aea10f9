const base = require('../../jest.config.js');
const { join } = require('node:path');

/** Tests that run a real WordPress; they need PHP, and nothing of them is part of the other tests. */
module.exports = {
  ...base,
  rootDir: join(__dirname, '..', '..'),
  roots: ['<rootDir>/test/wordpress'],
  testRegex: '\\.wp-spec\\.ts$',
  globalSetup: '<rootDir>/test/wordpress/global-setup.ts',
  testTimeout: 120_000,
  maxWorkers: 2,
};
